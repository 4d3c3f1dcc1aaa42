// HTTPS by the real HAProxy, as TLS clients see it.
#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include "core/base/file.h"
#include "core/certs/certificate.h"
#include "core/router/haproxy_router.h"
#include "tests/support/certificate_maker.h"
#include "tests/support/fake_engine.h"
#include "tests/support/loopback_client.h"
#include "tests/support/loopback_server.h"
#include "tests/support/needs.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tls_client.h"

namespace minpaas::router {
namespace {

using test::http_get;
using test::TlsClient;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr int kInside = 8000;

Secret certificate_for(const std::string& host) {
  return Secret(test::make_certificate({.names = {host}}).pem());
}

class Https : public testing::Test {
 protected:
  void SetUp() override {
    MINPAAS_NEEDS(!find_haproxy().empty(), "haproxy");
    certificates_.fallback = certs::make_self_signed("apps.example", RealClock().now())->pem;
    start();
    ASSERT_TRUE(router_->set_certificates(certificates_));
    ASSERT_TRUE(router_->start({}));
    for (const char* app : {"blog", "shop"}) {
      serve(app);
    }
  }

  void TearDown() override {
    router_.reset();
    HaproxyProcess::stop({folder_.path() / "router"});
  }

  void start() {
    router_.reset();
    router_ = std::make_unique<HaproxyRouter>(engine_,
                                              HaproxySettings{.folder = folder_.path() / "router",
                                                              .program = find_haproxy(),
                                                              .domain = "apps.example",
                                                              .http = {{"127.0.0.1", http_}},
                                                              .https = {{"127.0.0.1", https_}},
                                                              .hsts = seconds(60),
                                                              .app_address = "127.0.0.1"});
  }

  Route route(const std::string& app) {
    return {*AppName::parse(app), ports_.at(app), kInside, {containers_.at(app)}};
  }

  /// An app that answers its name and ends the connection.
  void serve(const std::string& app) {
    docker::ContainerSpec spec;
    spec.name = "web-" + app;
    spec.image = image_;
    spec.internal_port = kInside;
    const auto container = *engine_.create_container(spec);
    ASSERT_TRUE(engine_.start_container(container));
    servers_.push_back(std::make_unique<test::LoopbackServer>(
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(app.size()) + "\r\n\r\n" + app,
        engine_.inspect_container(container)->address, kInside));
    ports_[app] = test::free_port();
    containers_.emplace(app, container);
    ASSERT_TRUE(router_->restore(route(app)));
  }

  Result<void> set(const std::string& host, const Secret& pem) {
    certificates_.by_host[host] = pem;
    return router_->set_certificates(certificates_);
  }

  [[nodiscard]] Result<HaproxyProcesses> processes() const {
    return HaproxyCli(folder_.path() / "router/master.sock").processes();
  }

  [[nodiscard]] bool shows(const std::string& name, const Secret& pem) const {
    const std::string shown = TlsClient(https_, name).certificate();
    return !shown.empty() && pem.reveal().starts_with(shown);
  }

  test::TempDir folder_;
  test::FakeEngine engine_;
  ImageId image_ = engine_.add_image("app");
  int http_ = test::free_port();
  int https_ = test::free_port();
  HostCertificates certificates_;
  std::map<std::string, int> ports_;
  std::map<std::string, docker::ContainerId> containers_;
  std::vector<std::unique_ptr<test::LoopbackServer>> servers_;
  std::unique_ptr<HaproxyRouter> router_;
};

TEST_F(Https, AnswersBeforeThereIsACertificate) {
  EXPECT_TRUE(shows("blog.apps.example", certificates_.fallback));
  EXPECT_TRUE(shows("", certificates_.fallback));
  EXPECT_THAT(TlsClient(https_, "blog.apps.example").get("blog.apps.example"), HasSubstr("blog"));
  EXPECT_THAT(http_get(http_, "blog.apps.example"), StartsWith("HTTP/1.1 200"));
}

TEST_F(Https, ShowsEachNameItsCertificateWithoutReadingTheFileAgain) {
  const auto before = processes();
  const Secret blog = certificate_for("blog.apps.example");
  const Secret any = certificate_for("*.example.org");
  ASSERT_TRUE(set("blog.apps.example", blog));
  ASSERT_TRUE(set("*.example.org", any));
  EXPECT_TRUE(shows("blog.apps.example", blog));
  EXPECT_TRUE(shows("www.example.org", any));
  EXPECT_TRUE(shows("shop.apps.example", certificates_.fallback));
  EXPECT_EQ(processes()->reloads, before->reloads);
}

TEST_F(Https, ChangesACertificateUnderAnOpenConnection) {
  ASSERT_TRUE(set("blog.apps.example", certificate_for("blog.apps.example")));
  TlsClient open(https_, "blog.apps.example");
  ASSERT_THAT(open.get("blog.apps.example"), HasSubstr("blog"));
  const auto before = processes();
  const Secret renewed = certificate_for("blog.apps.example");
  ASSERT_TRUE(set("blog.apps.example", renewed));
  EXPECT_TRUE(shows("blog.apps.example", renewed));
  EXPECT_THAT(open.get("blog.apps.example"), HasSubstr("blog"));
  EXPECT_EQ(processes()->reloads, before->reloads);
}

TEST_F(Https, KeepsCertificatesOverARestartOfHaproxy) {
  const Secret blog = certificate_for("blog.apps.example");
  ASSERT_TRUE(set("blog.apps.example", blog));
  router_.reset();
  HaproxyProcess::stop({folder_.path() / "router"});
  start();
  ASSERT_TRUE(router_->start({route("blog")}));
  EXPECT_TRUE(shows("blog.apps.example", blog));
  EXPECT_THAT(http_get(http_, "blog.apps.example"), StartsWith("HTTP/1.1 308"));
}

TEST_F(Https, GoesOnWithoutTheServerAndIsTakenOver) {
  const Secret blog = certificate_for("blog.apps.example");
  ASSERT_TRUE(set("blog.apps.example", blog));
  TlsClient open(https_, "blog.apps.example");
  start();
  ASSERT_TRUE(router_->set_certificates(certificates_));
  ASSERT_TRUE(router_->start({route("blog"), route("shop")}));
  EXPECT_TRUE(router_->problems().empty()) << router_->problems().front();
  EXPECT_TRUE(shows("blog.apps.example", blog));
  EXPECT_THAT(open.get("blog.apps.example"), HasSubstr("blog"));
  const Secret renewed = certificate_for("blog.apps.example");
  ASSERT_TRUE(set("blog.apps.example", renewed));
  EXPECT_TRUE(shows("blog.apps.example", renewed));
}

TEST_F(Https, ForgetsACertificateAndItsKey) {
  ASSERT_TRUE(set("blog.apps.example", certificate_for("blog.apps.example")));
  const auto file = folder_.path() / "router/certs/blog.apps.example.pem";
  EXPECT_TRUE(std::filesystem::exists(file));

  struct stat found {};

  ASSERT_EQ(::stat(file.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
  certificates_.by_host.clear();
  ASSERT_TRUE(router_->set_certificates(certificates_));
  EXPECT_TRUE(shows("blog.apps.example", certificates_.fallback));
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_THAT(http_get(http_, "blog.apps.example"), StartsWith("HTTP/1.1 200"));
}

TEST_F(Https, TakesAChainThatIsTooLongForACommand) {
  Secret blog = certificate_for("blog.apps.example");
  const auto made = test::make_certificate({.names = {"blog.apps.example"}});
  std::string text = made.certificate;
  while (text.size() < 20'000) {
    text += made.chain;
  }
  ASSERT_TRUE(set("blog.apps.example", Secret(text + made.key)));
  EXPECT_TRUE(shows("blog.apps.example", Secret(made.certificate)));
}

TEST_F(Https, KeepsTheOldCertificateWhenANewOneIsNone) {
  const Secret blog = certificate_for("blog.apps.example");
  ASSERT_TRUE(set("blog.apps.example", blog));
  EXPECT_FALSE(set("blog.apps.example", Secret("this is no certificate\n")));
  EXPECT_TRUE(shows("blog.apps.example", blog));
  router_.reset();
  HaproxyProcess::stop({folder_.path() / "router"});
  start();
  ASSERT_TRUE(router_->start({route("blog")}));
  EXPECT_TRUE(shows("blog.apps.example", blog));
}

TEST_F(Https, SpeaksHttp2AndHttp11) {
  EXPECT_EQ(TlsClient(https_, "blog.apps.example", "h2").protocol(), "h2");
  EXPECT_EQ(TlsClient(https_, "blog.apps.example", "http/1.1").protocol(), "http/1.1");
}

TEST_F(Https, SpeaksNoOldTls) {
  EXPECT_FALSE(TlsClient(https_, "blog.apps.example", "http/1.1", TLS1_1_VERSION).is_connected());
  EXPECT_TRUE(TlsClient(https_, "blog.apps.example", "http/1.1", TLS1_2_VERSION).is_connected());
}

TEST_F(Https, LeadsFromHttpWhereANameHasACertificate) {
  ASSERT_TRUE(set("blog.apps.example", certificate_for("blog.apps.example")));
  const std::string led = http_get(http_, "Blog.Apps.Example:80", "/a?b=c");
  EXPECT_THAT(led, StartsWith("HTTP/1.1 308"));
  EXPECT_THAT(
      led, HasSubstr("location: https://blog.apps.example:" + std::to_string(https_) + "/a?b=c"));
  EXPECT_THAT(http_get(http_, "shop.apps.example"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(http_get(ports_.at("blog"), "blog.apps.example"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(http_get(http_, "blog.apps.example", "/.well-known/acme-challenge/x"),
              StartsWith("HTTP/1.1 200"));
}

TEST_F(Https, IsInTheAddressOfAnAppWithACertificate) {
  const auto url = [&] { return router_->url(*AppName::parse("blog"), 10123); };
  EXPECT_EQ(url(), "http://blog.apps.example:" + std::to_string(http_));
  ASSERT_TRUE(set("blog.apps.example", certificate_for("blog.apps.example")));
  EXPECT_EQ(url(), "https://blog.apps.example:" + std::to_string(https_));
}

TEST_F(Https, TellsBrowsersOnlyOfNamesWithACertificate) {
  ASSERT_TRUE(set("blog.apps.example", certificate_for("blog.apps.example")));
  EXPECT_THAT(TlsClient(https_, "blog.apps.example").get("blog.apps.example"),
              HasSubstr("trict-transport-security: max-age=60"));
  EXPECT_THAT(TlsClient(https_, "shop.apps.example").get("shop.apps.example"),
              Not(HasSubstr("trict-transport-security")));
}

TEST_F(Https, HandsChallengesToWhoAnswersThem) {
  ASSERT_TRUE(set("blog.apps.example", certificate_for("blog.apps.example")));
  const test::LoopbackServer client("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproof");
  const auto challenge = [&] {
    return http_get(http_, "blog.apps.example", "/.well-known/acme-challenge/token");
  };
  const auto before = processes();
  ASSERT_TRUE(router_->open_challenge(client.port()));
  EXPECT_THAT(challenge(), HasSubstr("proof"));
  EXPECT_EQ(processes()->reloads, before->reloads);
  serve("new");
  EXPECT_THAT(challenge(), HasSubstr("proof")) << "HAProxy has read its file again meanwhile";
  EXPECT_THAT(http_get(http_, "shop.apps.example"), HasSubstr("shop"));
  router_->close_challenge();
  EXPECT_THAT(challenge(), HasSubstr("blog"));
}

}  // namespace
}  // namespace minpaas::router
