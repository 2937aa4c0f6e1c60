// OpenSSL's objects, owned, and their PEM texts.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace paceline::pki {

// Calls OpenSSL's own function of freeing.
template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using X509Ptr = std::unique_ptr<X509, Freed<&X509_free>>;
using CrlPtr = std::unique_ptr<X509_CRL, Freed<&X509_CRL_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<&EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, Freed<&BIO_free>>;

// The first of the text; null if there is none. Of a key: null too if it needs a password.
X509Ptr ReadX509(std::string_view pem);
KeyPtr ReadKey(std::string_view pem);
CrlPtr ReadCrl(std::string_view pem);

std::string ToPem(X509* certificate);
std::string ToPem(EVP_PKEY* key);
std::string ToPem(X509_CRL* crl);

// Lower-case hexadecimal digits, two for a byte.
std::string SerialText(const ASN1_INTEGER* serial);
// 0 for what is no time.
int64_t UnixMillis(const ASN1_TIME* time);

}  // namespace paceline::pki
