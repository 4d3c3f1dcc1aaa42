#include "hooks/routing/certificate_choice.h"

#include <gtest/gtest.h>

namespace minpaas::hooks {
namespace {

using state::CertificateRow;
using state::CertificateSource;

SystemTime day(int number) {
  return SystemTime(std::chrono::hours(24 * number));
}

CertificateRow row(std::int64_t id, const std::string& name, CertificateSource source, int from,
                   int until) {
  return {.app = *AppName::parse("blog"),
          .id = id,
          .source = source,
          .names = {name},
          .not_before = day(from),
          .not_after = day(until)};
}

std::int64_t chosen(const std::vector<CertificateRow>& rows, std::string_view host, int now) {
  const auto* found = choose_certificate(rows, host, day(now));
  return found == nullptr ? 0 : found->id;
}

constexpr auto kAdded = CertificateSource::Added;
constexpr auto kAuto = CertificateSource::Auto;

TEST(CertificateChoice, NeedsTheName) {
  EXPECT_EQ(chosen({row(1, "a.example", kAuto, 0, 90)}, "a.example", 1), 1);
  EXPECT_EQ(chosen({row(1, "*.example", kAuto, 0, 90)}, "a.example", 1), 1);
  EXPECT_EQ(chosen({row(1, "b.example", kAuto, 0, 90)}, "a.example", 1), 0);
  EXPECT_EQ(chosen({}, "a.example", 1), 0);
}

TEST(CertificateChoice, PrefersWhatIsValidThenWhatWasSentThenTheNewest) {
  const auto sent = row(1, "a.example", kAdded, 0, 30);
  const auto fetched = row(2, "a.example", kAuto, 0, 90);
  EXPECT_EQ(chosen({sent, fetched}, "a.example", 1), 1);
  EXPECT_EQ(chosen({sent, fetched}, "a.example", 31), 2);
  EXPECT_EQ(chosen({sent, fetched}, "a.example", 91), 1) << "both have expired";
  EXPECT_EQ(chosen({sent, row(3, "*.example", kAdded, 0, 20)}, "a.example", 1), 3);
  EXPECT_EQ(chosen({row(4, "a.example", kAdded, 5, 90), fetched}, "a.example", 1), 2)
      << "one whose time has not come";
}

TEST(Renewal, IsBeforeTheEndOrAtHalfOfAShortLife) {
  EXPECT_EQ(renewal_time(row(1, "a", kAuto, 0, 90), seconds(30 * 86400)), day(60));
  EXPECT_EQ(renewal_time(row(1, "a", kAuto, 0, 6), seconds(30 * 86400)), day(3));
  // Nobody renews it but its owner, who wants to know in time.
  EXPECT_EQ(renewal_time(row(1, "a", kAdded, 0, 6), seconds(30 * 86400)), day(-24));
}

TEST(Renewal, IsTriedAgainEverMoreSeldom) {
  EXPECT_EQ(retry_pause(1), seconds(300));
  EXPECT_EQ(retry_pause(2), seconds(600));
  EXPECT_EQ(retry_pause(3), seconds(1200));
  EXPECT_EQ(retry_pause(20), seconds(86400));
  EXPECT_EQ(retry_pause(2'000'000), seconds(86400));
}

TEST(Proof, IsForNamesThatOthersSee) {
  EXPECT_TRUE(can_be_proved("www.example.com", Proof::ByHttp));
  EXPECT_FALSE(can_be_proved("blog.localhost", Proof::ByHttp));
  EXPECT_FALSE(can_be_proved("blog.local", Proof::ByDns));
  EXPECT_FALSE(can_be_proved("blog", Proof::ByHttp));
  EXPECT_FALSE(can_be_proved("192.0.2.1", Proof::ByHttp));
  EXPECT_FALSE(can_be_proved("*.example.com", Proof::ByHttp));
  EXPECT_TRUE(can_be_proved("*.example.com", Proof::ByDns));
}

}  // namespace
}  // namespace minpaas::hooks
