#include "core/router/haproxy_config.h"

#include <gmock/gmock.h>

#include "core/router/haproxy_tls.h"

namespace minpaas::router {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class HaproxyText : public testing::Test {
 protected:
  HaproxyText() {
    config_.folder = "/var/lib/minpaas/router";
    config_.domain = "apps.example";
    config_.http = {{"0.0.0.0", 80}};
    config_.app_address = "0.0.0.0";
    routes_[blog_] = {10123, {{{"0123456789abcdef"}, "172.17.0.2", 8000}}};
  }

  [[nodiscard]] std::string text() const { return render_haproxy_config(config_, routes_); }

  AppName blog_ = *AppName::parse("blog");
  HaproxyConfig config_;
  RouteTable routes_;
};

TEST_F(HaproxyText, ServesAnAppOnItsPort) {
  EXPECT_THAT(text(), HasSubstr("\nfrontend port-blog\n  bind 0.0.0.0:10123\n"
                                "  default_backend app-blog\n"));
  EXPECT_THAT(text(), HasSubstr("\n  server c-0123456789ab 172.17.0.2:8000 "));
}

TEST_F(HaproxyText, ServesAllAppsByName) {
  EXPECT_THAT(text(), HasSubstr("\nfrontend by-name\n  bind 0.0.0.0:80\n"));
  EXPECT_EQ(render_host_map(config_, routes_, {}), "blog.apps.example app-blog\n");
}

TEST_F(HaproxyText, ServesTheDomainsOfAppsThatHaveARoute) {
  const DomainTable domains{{blog_, {"*.example.org", "www.example.org"}},
                            {*AppName::parse("shop"), {"shop.example.org"}}};
  EXPECT_EQ(render_host_map(config_, routes_, domains),
            "blog.apps.example app-blog\n*.example.org app-blog\nwww.example.org app-blog\n");
}

TEST_F(HaproxyText, KeepsTheBackendOfAnAppThatWasRenamed) {
  const AppName shop = *AppName::parse("shop");
  RouteTable routes{{shop, {10123, {}, "app-blog"}}};
  EXPECT_EQ(free_backend(blog_, 10124, routes), "app-blog.10124");
  EXPECT_EQ(free_backend(*AppName::parse("wiki"), 10124, routes), "app-wiki");
  EXPECT_EQ(render_host_map(config_, routes, {{shop, {"www.example.org"}}}),
            "shop.apps.example app-blog\nwww.example.org app-blog\n");
  EXPECT_EQ(render_maintenance_map({shop, blog_}, routes), "app-blog on\n");
  const std::string file = render_haproxy_config(config_, routes);
  EXPECT_THAT(file, HasSubstr("\nfrontend port-shop\n"));
  EXPECT_THAT(file, HasSubstr("\nbackend app-blog\n"));
  EXPECT_THAT(backends_in(file), testing::ElementsAre(testing::Pair(10123, "app-blog")));
}

TEST_F(HaproxyText, LeavesTakenPortsOut) {
  config_.taken_ports = {80, 10123};
  EXPECT_THAT(text(), Not(HasSubstr("bind ")));
  EXPECT_THAT(text(), Not(HasSubstr("frontend ")));
  EXPECT_THAT(text(), HasSubstr("backend app-blog"));
}

TEST_F(HaproxyText, LogsRequestsOnlyWhenItIsTold) {
  EXPECT_THAT(text(), Not(HasSubstr("  log")));
  EXPECT_THAT(text(), Not(HasSubstr("capture")));
  config_.log_requests = true;
  EXPECT_THAT(text(), HasSubstr("\n  log stdout len 1024 format raw local0 info\n"));
  EXPECT_THAT(text(), HasSubstr("\nfrontend by-name\n  bind 0.0.0.0:80\n"
                                "  capture request header Host len 128\n"
                                "  declare capture request len 64\n"));
  EXPECT_THAT(text(), HasSubstr("  bind 0.0.0.0:10123\n  capture request header Host len 128\n"
                                "  declare capture request len 64\n"
                                "  default_backend app-blog\n"));
  EXPECT_THAT(text(), HasSubstr("\n  http-request capture req.fhdr(X-Request-Id) id 1\n"));
}

TEST_F(HaproxyText, LeavesOutWhatDoesNotRun) {
  routes_[blog_].servers[0].address = "";
  EXPECT_THAT(text(), Not(HasSubstr("  server c-")));
}

TEST_F(HaproxyText, WritesV6AddressesInBrackets) {
  EXPECT_EQ(bind_text({"::", 80}), "[::]:80");
  EXPECT_EQ(bind_text({"127.0.0.1", 80}), "127.0.0.1:80");
}

TEST_F(HaproxyText, TakesTheClientsWordForNothing) {
  EXPECT_THAT(text(), HasSubstr("http-request del-header X-Forwarded-For\n"));
  EXPECT_THAT(text(), HasSubstr("http-request set-header X-Forwarded-Host "));
}

TEST_F(HaproxyText, RepeatsNoRequestThatMayHaveBeenDone) {
  EXPECT_THAT(text(), HasSubstr("disable-l7-retry unless METH_GET or METH_HEAD or METH_OPTIONS"));
}

TEST_F(HaproxyText, GivesUpRightsWhereItCan) {
  EXPECT_THAT(text(), Not(HasSubstr("user ")));
  config_.user = "haproxy";
  EXPECT_THAT(text(), HasSubstr("  user haproxy\n  group haproxy\n"));
}

TEST_F(HaproxyText, ServesHttpsWithTheCertificateOfTheName) {
  config_.https = {{"0.0.0.0", 443}};
  EXPECT_THAT(text(),
              HasSubstr("  bind 0.0.0.0:443 ssl crt /var/lib/minpaas/router/certs/default.pem "
                        "crt-list /var/lib/minpaas/router/certs.list alpn h2,http/1.1\n"));
  EXPECT_THAT(text(), HasSubstr("ssl-min-ver TLSv1.2"));
  config_.taken_ports = {443};
  EXPECT_THAT(text(), Not(HasSubstr(" ssl crt ")));
}

TEST_F(HaproxyText, LeadsToHttpsOnItsPort) {
  EXPECT_THAT(text(), Not(HasSubstr("redirect")));
  config_.https = {{"0.0.0.0", 443}};
  EXPECT_THAT(text(), HasSubstr("redirect prefix https://%[req.hdr(host),host_only] code 308 if "));
  config_.https = {{"0.0.0.0", 8443}};
  EXPECT_THAT(text(), HasSubstr("https://%[req.hdr(host),host_only]:8443 code 308 if "));
  config_.https_redirect = false;
  EXPECT_THAT(text(), Not(HasSubstr("redirect")));
}

TEST_F(HaproxyText, TellsBrowsersOfHttpsOnlyWhenItIsWanted) {
  config_.https = {{"0.0.0.0", 443}};
  EXPECT_THAT(text(), Not(HasSubstr("Strict-Transport-Security")));
  config_.hsts = seconds(3600);
  EXPECT_THAT(text(), HasSubstr("Strict-Transport-Security max-age=3600 if { ssl_fc }"));
}

TEST_F(HaproxyText, HasTheChallengeWhileAClientAnswersIt) {
  EXPECT_THAT(text(), HasSubstr("\nbackend acme\n  server lego 127.0.0.1:1 disabled\n"));
  config_.challenge_port = 5002;
  EXPECT_THAT(text(), HasSubstr("\nbackend acme\n  server lego 127.0.0.1:5002\n"));
}

TEST(CertificateList, NamesAFileAndItsHost) {
  const HostCertificates certificates{Secret("f"),
                                      {{"*.b.example", Secret("b")}, {"a.example", Secret("a")}}};
  EXPECT_EQ(render_certificate_list("/r", certificates),
            "/r/certs/_.b.example.pem *.b.example\n/r/certs/a.example.pem a.example\n");
  EXPECT_EQ(render_secured_map(certificates), "*.b.example yes\na.example yes\n");
}

TEST_F(HaproxyText, HasPagesOfTheRightLength) {
  const std::string page = render_error_page(503);
  EXPECT_THAT(page, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  const auto body = page.substr(page.find("\r\n\r\n") + 4);
  EXPECT_THAT(page, HasSubstr("Content-Length: " + std::to_string(body.size()) + "\r\n"));
  EXPECT_THAT(body, HasSubstr("<title>The app is not running</title>"));
}

}  // namespace
}  // namespace minpaas::router
