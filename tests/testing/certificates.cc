#include "tests/testing/certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace paceline {
namespace {

using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string Contents(const BioPtr& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, size);
}

BioPtr Reader(const std::string& text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
}

void Extend(X509* cert, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, cert, cert, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  X509_add_ext(cert, extension, -1);
  X509_EXTENSION_free(extension);
}

// Everything but the issuer's part.
X509Ptr MakeSubject(const std::string& name, EVP_PKEY* key) {
  static long serial = 0;
  X509Ptr cert(X509_new(), &X509_free);
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
  X509_set_pubkey(cert.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(cert.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return cert;
}

Certificate Sign(X509* cert, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  X509_set_issuer_name(cert, X509_get_subject_name(issuer));
  X509_sign(cert, issuer_key, EVP_sha256());
  const BioPtr cert_out(BIO_new(BIO_s_mem()), &BIO_free);
  const BioPtr key_out(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_X509(cert_out.get(), cert);
  PEM_write_bio_PrivateKey(key_out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return {Contents(cert_out), Contents(key_out)};
}

Certificate SignBy(const Certificate& authority, X509* cert, EVP_PKEY* key) {
  const X509Ptr issuer(PEM_read_bio_X509(Reader(authority.cert).get(), nullptr, nullptr, nullptr),
                       &X509_free);
  const KeyPtr issuer_key(
      PEM_read_bio_PrivateKey(Reader(authority.key).get(), nullptr, nullptr, nullptr),
      &EVP_PKEY_free);
  return Sign(cert, key, issuer.get(), issuer_key.get());
}

KeyPtr NewKey() { return KeyPtr(EVP_EC_gen("P-256"), &EVP_PKEY_free); }

}  // namespace

Certificate MakeAuthority(const std::string& name) {
  const KeyPtr key = NewKey();
  const X509Ptr cert = MakeSubject(name, key.get());
  Extend(cert.get(), NID_basic_constraints, "critical,CA:TRUE");
  Extend(cert.get(), NID_key_usage, "critical,keyCertSign");
  return Sign(cert.get(), key.get(), cert.get(), key.get());
}

Certificate MakeCertificate(const std::string& name, const Certificate& authority) {
  const KeyPtr key = NewKey();
  const X509Ptr cert = MakeSubject(name, key.get());
  Extend(cert.get(), NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  return SignBy(authority, cert.get(), key.get());
}

Certificate MakeIdentity(const std::string& uri, const Certificate& authority,
                         IdentityTimes times) {
  const KeyPtr key = NewKey();
  const X509Ptr cert = MakeSubject("an identity", key.get());
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), times.from_s);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), times.until_s);
  const std::string names = "IP:127.0.0.1,DNS:localhost,URI:" + uri;
  Extend(cert.get(), NID_subject_alt_name, names.c_str());
  return SignBy(authority, cert.get(), key.get());
}

}  // namespace paceline
