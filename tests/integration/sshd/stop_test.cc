// What a server that stops does to those who are connected.
#include <future>

#include "tests/integration/sshd/raw_connection.h"
#include "tests/integration/sshd/ssh_server_fixture.h"

namespace minpaas::test {
namespace {

using Arguments = std::vector<std::string>;
using std::chrono::steady_clock;

class Stopping : public SshServerTest {};

TEST_F(Stopping, IsQuickWhenNothingRuns) {
  start();
  RawConnection silent(port_);
  ASSERT_EQ(silent.read_line().substr(0, 4), "SSH-");
  const auto before = steady_clock::now();
  EXPECT_TRUE(server_->stop(seconds(60)));
  EXPECT_LT(steady_clock::now() - before, seconds(20));
  EXPECT_TRUE(silent.is_closed_within(seconds(10)));
  EXPECT_THROW(RawConnection(port_).read_line(), std::runtime_error);
}

TEST_F(Stopping, EndsARunningRequestAndPassesItsStatus) {
  start();
  Program client(ssh() + Arguments{"wait"});
  ASSERT_TRUE(client.wait_for_output("waiting"));
  EXPECT_TRUE(server_->stop(seconds(60)));
  const auto result = client.finish();
  EXPECT_EQ(result.status, 130);
  EXPECT_NE(result.err.find("stopped\n"), std::string::npos) << result.err;
}

TEST_F(Stopping, LetsAGitRequestFinish) {
  start();
  Program client(ssh() + Arguments{"git-wait"});
  ASSERT_TRUE(client.wait_for_output("waiting"));
  bool stopped = false;
  std::thread stopper([&] { stopped = server_->stop(seconds(120)); });
  programs_.release();
  const auto result = client.finish();
  stopper.join();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.out.find("released\n"), std::string::npos) << result.out;
}

TEST_F(Stopping, EndsAGitRequestWhenItsTimeIsOver) {
  start();
  Program client(ssh() + Arguments{"git-wait"});
  ASSERT_TRUE(client.wait_for_output("waiting"));
  EXPECT_TRUE(server_->stop(milliseconds(100)));
  const auto result = client.finish();
  EXPECT_EQ(result.status, 130);
}

TEST_F(Stopping, TellsWhenARequestDoesNotEnd) {
  start();
  Program client(ssh() + Arguments{"deaf"});
  ASSERT_TRUE(client.wait_for_output("deaf"));
  EXPECT_FALSE(server_->stop(milliseconds(0)));
  // The connection is gone all the same, and the destructor waits for the request.
  EXPECT_EQ(client.finish().status, 255);
  auto destroyed = std::async(std::launch::async, [this] { server_.reset(); });
  EXPECT_EQ(destroyed.wait_for(milliseconds(100)), std::future_status::timeout);
  programs_.release();
  destroyed.get();
  EXPECT_TRUE(programs_.wait_until([](const auto& counts) { return counts.ended == 1; }));
}

TEST_F(Stopping, MayBeAskedForTwice) {
  start();
  EXPECT_TRUE(server_->stop(seconds(1)));
  EXPECT_TRUE(server_->stop(seconds(1)));
}

TEST_F(Stopping, WorksWithoutAStart) {
  sshd::ServerOptions options;
  options.settings.listen = {{"127.0.0.1", 0}, {"::1", 0}};
  auto keys = sshd::HostKeys::load_or_create(MINPAAS_TEST_HOST_KEYS);
  ASSERT_TRUE(keys);
  auto server = sshd::Server::create(options, *keys, known_, programs_, clock_);
  ASSERT_TRUE(server) << server.error().for_log();
  EXPECT_EQ((*server)->ports().size(), 2U);
  EXPECT_TRUE((*server)->stop(seconds(1)));
}

TEST_F(Stopping, AnAddressThatIsTakenIsAReasonedError) {
  start();
  sshd::ServerOptions options;
  options.settings.listen = {{"127.0.0.1", port_}};
  auto keys = sshd::HostKeys::load_or_create(MINPAAS_TEST_HOST_KEYS);
  ASSERT_TRUE(keys);
  const auto server = sshd::Server::create(options, *keys, known_, programs_, clock_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::Unavailable);
  EXPECT_NE(server.error().message.find(std::to_string(port_)), std::string::npos);
}

TEST_F(Stopping, AWordInPlaceOfAnAddressIsAReasonedError) {
  for (const char* address : {"localhost", "", "1.2.3", "::g"}) {
    sshd::ServerOptions options;
    options.settings.listen = {{address, 2222}};
    auto keys = sshd::HostKeys::make_temporary();
    ASSERT_TRUE(keys);
    const auto server = sshd::Server::create(options, *keys, known_, programs_, clock_);
    ASSERT_FALSE(server) << address;
    EXPECT_EQ(server.error().code, ErrorCode::InvalidInput);
  }
}

}  // namespace
}  // namespace minpaas::test
