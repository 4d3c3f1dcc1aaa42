#include "hooks/routing/lego.h"

#include <gtest/gtest.h>

namespace minpaas::hooks {
namespace {

// Output of lego 4.9.1 against pebble 2.4.
TEST(LegoOutput, SaysWhatTheAuthoritySaid) {
  EXPECT_EQ(reason_of_lego(
                "2026/11/25 21:11:18 [INFO] [other.test] acme: Obtaining bundled SAN certificate\n"
                "2026/11/25 21:11:19 [INFO] Deactivating auth: https://localhost:14000/authZ/sg\n"
                "2026/11/25 21:11:19 Could not obtain certificates:\n"
                "\terror: one or more domains had a problem:\n"
                "[other.test] acme: error: 400 :: urn:ietf:params:acme:error:connection :: Get "
                "\"http://other.test:5002/.well-known/acme-challenge/SDI\": dial tcp "
                "127.0.0.1:5002: connect: connection refused\n"),
            "Get \"http://other.test:5002/.well-known/acme-challenge/SDI\": dial tcp "
            "127.0.0.1:5002: connect: connection refused (connection)");
}

TEST(LegoOutput, SaysThatNobodyAnswers) {
  EXPECT_EQ(reason_of_lego(
                "2026/11/25 21:11:19 No key found for account a@b.test. Generating a P256 key.\n"
                "2026/11/25 21:11:19 Could not create client: get directory at "
                "'https://localhost:14001/dir': dial tcp 127.0.0.1:14001: connection refused\n\n"),
            "Could not create client: get directory at 'https://localhost:14001/dir': dial tcp "
            "127.0.0.1:14001: connection refused");
}

TEST(LegoOutput, MayBeAnything) {
  EXPECT_EQ(reason_of_lego(""), "it did not say why");
  EXPECT_EQ(reason_of_lego("\n\n"), "it did not say why");
  EXPECT_EQ(reason_of_lego("\x1b[2Jx\n"), "\\x1b[2Jx");
  EXPECT_EQ(reason_of_lego("urn:ietf:params:acme:error:"), "urn:ietf:params:acme:error:");
  EXPECT_EQ(reason_of_lego(std::string(5000, 'x')).size(), 400U);
}

}  // namespace
}  // namespace minpaas::hooks
