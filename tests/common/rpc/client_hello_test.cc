#include "common/rpc/client_hello.h"

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "gtest/gtest.h"

namespace paceline {
namespace {

// What OpenSSL's client says first if it offers versions up to this.
std::string Greeting(int newest, int oldest = TLS1_VERSION) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), oldest);
  SSL_CTX_set_max_proto_version(context.get(), newest);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_tlsext_host_name(ssl.get(), "coordinator.example.org");
  SSL_connect(ssl.get());
  std::string bytes(BIO_ctrl_pending(SSL_get_wbio(ssl.get())), '\0');
  BIO_read(SSL_get_wbio(ssl.get()), bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

std::string Record(const std::string& content) {
  const char size[] = {static_cast<char>(content.size() >> 8), static_cast<char>(content.size())};
  return std::string("\x16\x03\x01") + std::string(size, 2) + content;
}

TEST(ClientHello, TellsWhetherTls13IsOffered) {
  EXPECT_EQ(ReadClientHello(Greeting(TLS1_3_VERSION)), ClientHello::kOffersTls13);
  EXPECT_EQ(ReadClientHello(Greeting(TLS1_3_VERSION, TLS1_3_VERSION)), ClientHello::kOffersTls13);
  EXPECT_EQ(ReadClientHello(Greeting(TLS1_2_VERSION)), ClientHello::kOffersLess);
  EXPECT_EQ(ReadClientHello(Greeting(TLS1_1_VERSION)), ClientHello::kOffersLess);
}

TEST(ClientHello, IsIncompleteUntilItsLastByte) {
  for (const int newest : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::string whole = Greeting(newest);
    for (size_t size = 0; size < whole.size(); ++size) {
      ASSERT_EQ(ReadClientHello(whole.substr(0, size)), ClientHello::kIncomplete) << size;
    }
    EXPECT_EQ(ReadClientHello(whole + "more"), ReadClientHello(whole));
  }
}

TEST(ClientHello, MaySpanRecords) {
  const std::string message = Greeting(TLS1_3_VERSION).substr(5);
  for (size_t cut = 1; cut < message.size(); ++cut) {
    const std::string records = Record(message.substr(0, cut)) + Record(message.substr(cut));
    ASSERT_EQ(ReadClientHello(records), ClientHello::kOffersTls13) << cut;
  }
}

TEST(ClientHello, OfLengthsThatDoNotFitIsNone) {
  const std::string whole = Greeting(TLS1_3_VERSION);
  const size_t session_id = 5 + 4 + 2 + 32, suites = session_id + 1 + 32;
  for (const size_t at : {session_id, suites}) {
    std::string damaged = whole;
    damaged[at] = '\xff';
    EXPECT_EQ(ReadClientHello(damaged), ClientHello::kNone) << at;
  }
}

TEST(ClientHello, IsNotWhatSomethingElseSays) {
  const std::string huge = std::string("\x01\xff\xff\xff", 4) + std::string(32, 'x');
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\n"), std::string("\x15\x03\x03\x00\x02\x02\x46", 7),
        std::string("\x16\x02\x01\x00\x05hello", 10), std::string("\x16\x03\x01\x00\x00", 5),
        std::string("\x16\x03\x01\xff\xffhello", 10), Record("\x02hello"), Record(huge),
        Record(std::string("\x01\x00\x00\x01x", 5))}) {
    EXPECT_EQ(ReadClientHello(bytes), ClientHello::kNone) << bytes;
  }
}

TEST(ClientHello, HasALimit) {
  std::string endless;
  while (endless.size() < kMaxClientHello) {
    endless +=
        Record(endless.empty() ? std::string("\x01\x00\x3f\xff", 4) : std::string(1000, 'x'));
  }
  EXPECT_EQ(ReadClientHello(endless.substr(0, kMaxClientHello - 1)), ClientHello::kIncomplete);
  EXPECT_EQ(ReadClientHello(endless), ClientHello::kNone);
}

}  // namespace
}  // namespace paceline
