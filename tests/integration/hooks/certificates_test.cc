// Certificates of apps over real stores, with an authority that signs at once.
#include <gmock/gmock.h>

#include <thread>

#include "core/certs/certificate.h"
#include "tests/support/certificate_maker.h"
#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using state::CertificateSource;
using test::CertificateWish;
using test::make_certificate;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kHost = "blog.example.com";

class CertificatesOfApps : public testing::Test {
 protected:
  Certificates& certificates() { return bed_.platform().certificates(); }

  Result<AppCertificates> add(const CertificateWish& wish) {
    return certificates().add(bed_.admin, blog_, Secret(make_certificate(wish).pem()));
  }

  Result<AppCertificates> automatic(Automatic wanted = Automatic::On) {
    return certificates().set_automatic(bed_.admin, blog_, wanted, {});
  }

  HostCertificate only_host() { return certificates().list(bed_.admin, blog_)->hosts.at(0); }

  /// Certificates by host that the router was given.
  std::map<std::string, Secret> shown() { return bed_.router.shown().by_host; }

  static bool soon(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(10));
    }
    return condition();
  }

  test::DeployBed bed_;
  AppName blog_ = bed_.make_app("blog");
};

TEST_F(CertificatesOfApps, AreShownForTheDomainsThatTheyName) {
  EXPECT_EQ(only_host().state, CertificateState::None);
  const auto added = add({.names = {kHost, "other.example.com"}});
  ASSERT_TRUE(added) << added.error().for_log();
  EXPECT_EQ(added->hosts.at(0).state, CertificateState::Valid);
  EXPECT_EQ(added->hosts.at(0).source, CertificateSource::Added);
  EXPECT_EQ(added->hosts.at(0).issuer, "Test Authority");
  ASSERT_EQ(shown().size(), 1U);
  EXPECT_THAT(shown().at(kHost).reveal(), HasSubstr("PRIVATE KEY"));
  EXPECT_THAT(bed_.router.shown().fallback.reveal(), HasSubstr("PRIVATE KEY"));
}

TEST_F(CertificatesOfApps, AreTheSameAfterARestart) {
  ASSERT_TRUE(add({.names = {kHost}}));
  const auto before = bed_.router.shown();
  bed_.restart();
  ASSERT_TRUE(bed_.router.set_certificates({}));
  ASSERT_TRUE(bed_.server().certificates.prepare());
  EXPECT_EQ(bed_.router.shown(), before);
}

TEST_F(CertificatesOfApps, AreRefusedWithOneLineAndNothingChanges) {
  ASSERT_TRUE(add({.names = {kHost}}));
  const auto before = bed_.router.shown();
  const auto refusal = [&](const Result<AppCertificates>& added) {
    EXPECT_EQ(added ? 0 : exit_status(added.error().code), 2);
    return added ? "" : added.error().message;
  };
  EXPECT_EQ(refusal(add({.names = {"shop.example.com"}})),
            "the certificate is for shop.example.com, and blog has none of these domains");
  EXPECT_THAT(refusal(add({.names = {kHost}, .begins = -7200, .ends = -60})),
              HasSubstr("the certificate has expired on "));
  const auto one = make_certificate({.names = {kHost}});
  const auto two = make_certificate({.names = {kHost}});
  EXPECT_EQ(refusal(certificates().add(bed_.admin, blog_, Secret(one.certificate + two.key))),
            "the private key does not belong to the certificate");
  EXPECT_EQ(bed_.router.shown(), before);
  EXPECT_EQ(bed_.server().certificate_store.of_app(blog_)->size(), 1U);
}

TEST_F(CertificatesOfApps, NeedARouterWithHttps) {
  bed_.router.has_https = false;
  EXPECT_EQ(add({.names = {kHost}}).error().code, ErrorCode::Conflict);
  EXPECT_EQ(automatic().error().code, ErrorCode::Conflict);
  EXPECT_TRUE(bed_.server().certificates.prepare());
}

TEST_F(CertificatesOfApps, AreNotChangedInALockedApp) {
  ASSERT_TRUE(bed_.platform().lock(bed_.admin, blog_));
  EXPECT_EQ(add({.names = {kHost}}).error().code, ErrorCode::Conflict);
  EXPECT_EQ(automatic().error().code, ErrorCode::Conflict);
  EXPECT_EQ(certificates().remove(bed_.admin, blog_, {}).error().code, ErrorCode::Conflict);
  EXPECT_TRUE(certificates().list(bed_.admin, blog_));
}

TEST_F(CertificatesOfApps, AreRemovedByNameOrAltogether) {
  EXPECT_EQ(certificates().remove(bed_.admin, blog_, {}).error().code, ErrorCode::NotFound);
  ASSERT_TRUE(add({.names = {kHost}}));
  EXPECT_EQ(certificates().remove(bed_.admin, blog_, "x.example.com").error().code,
            ErrorCode::NotFound);
  EXPECT_THAT(*certificates().remove(bed_.admin, blog_, kHost), ElementsAre(kHost));
  EXPECT_THAT(shown(), IsEmpty());
  EXPECT_EQ(only_host().state, CertificateState::None);
}

TEST_F(CertificatesOfApps, GoWithTheirApp) {
  bed_.server().certificates.start();
  ASSERT_TRUE(add({.names = {kHost}}));
  bed_.start_queue();
  ASSERT_TRUE(bed_.platform().destroy_app(bed_.admin, blog_, false));
  bed_.server().certificates.follow_change();
  EXPECT_TRUE(soon([&] { return shown().empty(); }));
}

TEST_F(CertificatesOfApps, AreFetchedWhenThatIsSwitchedOn) {
  bed_.server().certificates.start();
  const auto fetched = automatic();
  ASSERT_TRUE(fetched) << fetched.error().for_log();
  EXPECT_EQ(fetched->automatic, Automatic::On);
  EXPECT_EQ(fetched->hosts.at(0).state, CertificateState::Valid);
  EXPECT_EQ(fetched->hosts.at(0).source, CertificateSource::Auto);
  EXPECT_THAT(bed_.acme.asked(), ElementsAre(kHost));
  EXPECT_EQ(shown().size(), 1U);
  EXPECT_EQ(certificates().remove(bed_.admin, blog_, {}).error().code, ErrorCode::Conflict);
  EXPECT_EQ(automatic(Automatic::Off)->automatic, Automatic::Off);
  EXPECT_EQ(shown().size(), 1U);
  EXPECT_TRUE(certificates().remove(bed_.admin, blog_, {}));
}

TEST_F(CertificatesOfApps, AreNotFetchedWhereAPersonHasSentOne) {
  bed_.server().certificates.start();
  ASSERT_TRUE(add({.names = {kHost}}));
  ASSERT_TRUE(automatic());
  EXPECT_THAT(bed_.acme.asked(), IsEmpty());
  EXPECT_EQ(only_host().source, CertificateSource::Added);
}

TEST_F(CertificatesOfApps, AreRenewedBeforeTheyEnd) {
  bed_.acme.set({.lifetime = 4});
  bed_.server().certificates.start();
  ASSERT_TRUE(automatic());
  const std::string first = only_host().fingerprint;
  EXPECT_TRUE(soon([&] { return only_host().fingerprint != first; }));
  const auto record = bed_.own_record(2);
  EXPECT_THAT(record, testing::Each("certs:fetch blog blog.example.com: ok"));
  EXPECT_GE(record.size(), 2U);
  EXPECT_EQ(bed_.server().certificate_store.of_app(blog_)->size(), 1U);
}

TEST_F(CertificatesOfApps, ThatAreRefusedAreAskedForAgainLater) {
  bed_.acme.set({.refusal = Error{ErrorCode::Failed, "the name leads elsewhere", "", ""}});
  bed_.server().certificates.start();
  const auto refused = automatic();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->hosts.at(0).state, CertificateState::Failing);
  EXPECT_THAT(bed_.own_record(1), ElementsAre("certs:fetch blog blog.example.com: failed"));
  EXPECT_EQ(refused->hosts.at(0).last_error, "the name leads elsewhere");
  EXPECT_GT(*refused->hosts.at(0).next_attempt_at, bed_.clock.now() + seconds(200));
  EXPECT_THAT(bed_.acme.asked(), ElementsAre(kHost));
  EXPECT_THAT(bed_.server().certificates.examine().at(0).detail,
              HasSubstr("the authority gave none: the name leads elsewhere"));
  bed_.acme.set({});
  ASSERT_TRUE(automatic());
  EXPECT_EQ(only_host().state, CertificateState::Valid);
  EXPECT_EQ(only_host().last_error, "");
  EXPECT_EQ(bed_.server().certificates.examine().at(0).detail, "1 valid");
}

TEST_F(CertificatesOfApps, StayWhenTheirRenewalIsRefused) {
  bed_.acme.set({.lifetime = 6});
  bed_.server().certificates.start();
  ASSERT_TRUE(automatic());
  const auto before = shown();
  bed_.acme.set({.refusal = Error{ErrorCode::Failed, "too many requests", "", ""}});
  ASSERT_TRUE(soon([&] { return only_host().last_error == "too many requests"; }));
  EXPECT_EQ(shown(), before);
}

TEST_F(CertificatesOfApps, AreLookedAtByTheDoctorBeforeTheyEnd) {
  EXPECT_THAT(bed_.server().certificates.examine(), IsEmpty());
  ASSERT_TRUE(add({.names = {kHost}, .begins = -80L * 24 * 3600, .ends = 10L * 24 * 3600}));
  const auto found = bed_.server().certificates.examine();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].what, "certificate of blog.example.com");
  EXPECT_EQ(found[0].level, CheckLevel::Warning);
  EXPECT_THAT(found[0].detail, HasSubstr("expires on "));
}

TEST_F(CertificatesOfApps, AreMissedByTheDoctorWhenTheClientIsGone) {
  bed_.server().certificates.start();
  ASSERT_TRUE(automatic());
  bed_.acme.set({.missing = Error{ErrorCode::Unavailable, "lego is not installed", "", ""}});
  const auto found = bed_.server().certificates.examine();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].level, CheckLevel::Problem);
  EXPECT_EQ(found[0].detail, "lego is not installed");
}

TEST_F(CertificatesOfApps, AreNotWantedFromAClientThatIsNotThere) {
  bed_.acme.set({.missing = Error{ErrorCode::Unavailable, "lego is not installed", "", ""}});
  EXPECT_EQ(automatic().error().code, ErrorCode::Unavailable);
  EXPECT_EQ(certificates().list(bed_.admin, blog_)->automatic, Automatic::Off);
}

}  // namespace
}  // namespace minpaas::hooks
