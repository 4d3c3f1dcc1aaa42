#include "core/certs/certificate.h"

#include <gmock/gmock.h>

#include "core/base/text.h"
#include "tests/support/certificate_maker.h"

namespace minpaas::certs {
namespace {

using test::make_certificate;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

SystemTime now() {
  return RealClock().now();
}

std::string refusal_of(std::string_view pem) {
  const auto parsed = parse_certificate(pem);
  if (parsed) {
    return "";
  }
  EXPECT_EQ(parsed.error().code, ErrorCode::InvalidInput);
  return parsed.error().message;
}

TEST(Certificates, TellWhatTheyAreFor) {
  const auto made = make_certificate({.names = {"Blog.Example", "*.blog.example"}});
  const auto parsed = parse_certificate(made.pem());
  ASSERT_TRUE(parsed) << parsed.error().for_log();
  EXPECT_THAT(parsed->names, ElementsAre("blog.example", "*.blog.example"));
  EXPECT_EQ(parsed->issuer, "Test Authority");
  EXPECT_EQ(parsed->fingerprint.size(), 64U);
  EXPECT_TRUE(require_valid_at(*parsed, now()));
  EXPECT_GT(parsed->not_after, now() + std::chrono::hours(24 * 89));
}

TEST(Certificates, ComeFirstAndTheirKeyLastInWhateverOrderTheyWereSent) {
  const auto made = make_certificate({.names = {"a.example"}});
  const auto parsed =
      parse_certificate(made.key + made.chain + "words between\n" + made.certificate);
  ASSERT_TRUE(parsed) << parsed.error().for_log();
  EXPECT_EQ(parsed->pem.reveal(), made.pem());
  EXPECT_THAT(parsed->pem.reveal(), Not(HasSubstr("\n\n")));
}

TEST(Certificates, AreRefusedWithoutAKeyOrWithAnothers) {
  const auto made = make_certificate({.names = {"a.example"}});
  const auto other = make_certificate({.names = {"a.example"}});
  EXPECT_EQ(refusal_of(made.certificate), "there is no private key in the input");
  EXPECT_EQ(refusal_of(made.key), "there is no certificate in the input");
  EXPECT_EQ(refusal_of(made.certificate + other.key),
            "the private key does not belong to the certificate");
  EXPECT_EQ(refusal_of(made.pem() + other.key), "there is more than one private key in the input");
}

TEST(Certificates, AreRefusedWhenTheyAreBroken) {
  const auto made = make_certificate({.names = {"a.example"}});
  EXPECT_EQ(refusal_of(""), "there is no certificate in the input");
  EXPECT_EQ(refusal_of("hello"), "there is no certificate in the input");
  EXPECT_NE(refusal_of(made.pem().substr(0, made.pem().size() - 40)), "");
  EXPECT_EQ(refusal_of("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + made.key),
            "the certificate cannot be read");
  EXPECT_NE(refusal_of(std::string("\0\xff\x01", 3) + made.certificate.substr(0, 100)), "");
}

TEST(Certificates, AreRefusedWithAKeyThatNobodyCanOpen) {
  const auto made = make_certificate({.names = {"a.example"}});
  EXPECT_EQ(refusal_of(made.certificate + test::encrypted_key()),
            "the private key is under a password");
}

TEST(Certificates, AreRefusedWhenNoTlsServerWouldTakeThem) {
  EXPECT_EQ(refusal_of(make_certificate({.names = {"a.example"}, .rsa_bits = 1024}).pem()),
            "the certificate or its key is weaker than TLS allows");
  EXPECT_EQ(refusal_of(make_certificate({.names = {"a.example"}, .rsa_bits = 2048}).pem()), "");
}

TEST(Certificates, AreRefusedWithoutAHostName) {
  EXPECT_EQ(refusal_of(make_certificate({}).pem()), "the certificate is for no host name");
}

TEST(Certificates, HaveTheirTime) {
  const auto old = *parse_certificate(
      make_certificate({.names = {"a.example"}, .begins = -7200, .ends = -3600}).pem());
  EXPECT_THAT(require_valid_at(old, now()).error().message,
              HasSubstr("the certificate has expired on "));
  const auto early = *parse_certificate(
      make_certificate({.names = {"a.example"}, .begins = 3600, .ends = 7200}).pem());
  EXPECT_THAT(require_valid_at(early, now()).error().message,
              HasSubstr("the certificate is not valid before "));
}

TEST(Certificates, CoverOneLabelWithAStar) {
  EXPECT_TRUE(covers("a.example", "a.example"));
  EXPECT_FALSE(covers("a.example", "b.example"));
  EXPECT_TRUE(covers("*.example", "a.example"));
  EXPECT_FALSE(covers("*.example", "example"));
  EXPECT_FALSE(covers("*.example", ".example"));
  EXPECT_FALSE(covers("*.example", "b.a.example"));
  EXPECT_TRUE(covers(std::vector<std::string>{"x.example", "*.b.example"}, "a.b.example"));
}

TEST(Certificates, OfNobodyAreMadeHere) {
  const auto made = make_self_signed("apps.example", now());
  ASSERT_TRUE(made) << made.error().for_log();
  EXPECT_THAT(made->names, ElementsAre("apps.example"));
  EXPECT_EQ(made->issuer, "itself");
  EXPECT_TRUE(require_valid_at(*made, now() + seconds(1)));
  EXPECT_NE(made->fingerprint, make_self_signed("apps.example", now())->fingerprint);
}

}  // namespace
}  // namespace minpaas::certs
