#include "core/router/haproxy_cli.h"

#include <gmock/gmock.h>

namespace minpaas::router {
namespace {

using testing::ElementsAre;
using testing::Pair;

// As HAProxy 2.6.12 prints them.
constexpr std::string_view kProcesses =
    R"(#<PID>          <type>          <reloads>       <uptime>        <version>      
13832           master          3 [failed: 1]   0d00h00m09s     2.6.12-1+deb12u4
# workers
13935           worker          0               0d00h00m01s     2.6.12-1+deb12u4
# old workers
13856           worker          1               0d00h00m09s     2.6.12-1+deb12u4
# programs

)";

constexpr std::string_view kServers =
    R"(1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port
3 app_a 1 c-1 172.17.0.2 2 0 1 1 8 1 0 2 0 0 0 0 - 18090 - 0 0 - - 0
3 app_a 2 c-2 172.17.0.3 0 1 1 1 0 1 0 0 0 0 0 0 - 18091 - 0 0 - - 0

)";

TEST(HaproxyAnswers, NameTheWorkersNewestFirst) {
  const auto processes = parse_processes(kProcesses);
  ASSERT_TRUE(processes);
  EXPECT_EQ(processes->reloads, 3);
  EXPECT_EQ(processes->failed_reloads, 1);
  EXPECT_THAT(processes->workers, ElementsAre(13935, 13856));
}

TEST(HaproxyAnswers, NameTheServersOfABackend) {
  const auto servers = parse_servers(kServers);
  ASSERT_TRUE(servers);
  ASSERT_EQ(servers->size(), 2U);
  EXPECT_EQ(servers->at("c-1").address, "172.17.0.2");
  EXPECT_EQ(servers->at("c-1").port, 18090);
  EXPECT_FALSE(servers->at("c-1").in_maintenance);
  EXPECT_TRUE(servers->at("c-2").in_maintenance);
}

TEST(HaproxyAnswers, CountTheSessions) {
  const auto sessions =
      parse_sessions("# pxname,svname,qcur,qmax,scur,smax\napp_a,c-1,0,0,7,9\n\n");
  ASSERT_TRUE(sessions);
  EXPECT_THAT(*sessions, ElementsAre(Pair("c-1", 7)));
}

TEST(HaproxyAnswers, InAnotherFormAreErrors) {
  EXPECT_EQ(parse_processes("Unknown command").error().code, ErrorCode::Corrupt);
  EXPECT_EQ(parse_servers("Can't find backend.").error().code, ErrorCode::Corrupt);
  EXPECT_EQ(parse_sessions("Unknown command").error().code, ErrorCode::Corrupt);
}

TEST(HaproxyAnswers, TellWhatGoesOnInAWorker) {
  const auto streams = parse_streams(
      "0x55e3: proto=tcpv4 src=127.0.0.1:4 fe=port-blog be=app-blog srv=c-1 ts=00 epoch=0 age=1s\n"
      "0x55e4: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00\n\n");
  ASSERT_EQ(streams.size(), 2U);
  EXPECT_EQ(streams[0].id, "0x55e3");
  EXPECT_EQ(streams[0].backend, "app-blog");
  EXPECT_EQ(streams[0].server, "c-1");
  EXPECT_TRUE(parse_streams("Permission denied\n").empty());
}

TEST(HaproxyAnswers, DoNotComeFromASocketThatIsNotThere) {
  EXPECT_EQ(HaproxyCli("/nonexistent/socket").ask("show proc").error().code,
            ErrorCode::Unavailable);
}

}  // namespace
}  // namespace minpaas::router
