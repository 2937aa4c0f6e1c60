#include "common/pki/openssl.h"

#include <openssl/bn.h>
#include <openssl/pem.h>

#include <ctime>

#include "absl/strings/ascii.h"

namespace paceline::pki {
namespace {

BioPtr Reader(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without it OpenSSL asks the terminal for the password of an encrypted key.
int NoPassword(char*, int, int, void*) { return -1; }

template <class Write>
std::string Written(const Write& write) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (write(out.get()) != 1) return "";
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

}  // namespace

X509Ptr ReadX509(std::string_view pem) {
  return X509Ptr(PEM_read_bio_X509(Reader(pem).get(), nullptr, &NoPassword, nullptr));
}

KeyPtr ReadKey(std::string_view pem) {
  return KeyPtr(PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, &NoPassword, nullptr));
}

CrlPtr ReadCrl(std::string_view pem) {
  return CrlPtr(PEM_read_bio_X509_CRL(Reader(pem).get(), nullptr, &NoPassword, nullptr));
}

std::string ToPem(X509* certificate) {
  return Written([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::string ToPem(EVP_PKEY* key) {
  return Written([&](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string ToPem(X509_CRL* crl) {
  return Written([&](BIO* out) { return PEM_write_bio_X509_CRL(out, crl); });
}

std::string SerialText(const ASN1_INTEGER* serial) {
  const std::unique_ptr<BIGNUM, Freed<&BN_free>> number(ASN1_INTEGER_to_BN(serial, nullptr));
  char* const digits = BN_bn2hex(number.get());
  std::string text = absl::AsciiStrToLower(digits);
  OPENSSL_free(digits);
  return text;
}

int64_t UnixMillis(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return int64_t{timegm(&parts)} * 1000;
}

}  // namespace paceline::pki
