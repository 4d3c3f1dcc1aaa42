minpaas_test(direct_router_test LABEL unit
  SOURCES unit/core/router/direct_router_test.cc
  LIBRARIES minpaas::router minpaas::test_support)
minpaas_test(haproxy_text_test LABEL unit
  SOURCES unit/core/router/haproxy_cli_test.cc unit/core/router/haproxy_config_test.cc
    unit/core/router/haproxy_map_test.cc unit/core/router/request_batch_test.cc unit/core/router/request_line_test.cc
  LIBRARIES minpaas::router fmt::fmt)
minpaas_test(haproxy_https_test LABEL integration
  SOURCES integration/core/router/haproxy_https_test.cc
  LIBRARIES minpaas::router minpaas::certs minpaas::test_support minpaas::certificate_support PkgConfig::OPENSSL)
minpaas_test(haproxy_router_test LABEL integration
  SOURCES integration/core/router/haproxy_foreign_test.cc integration/core/router/haproxy_names_test.cc
    integration/core/router/haproxy_requests_test.cc integration/core/router/haproxy_router_test.cc support/haproxy_bed.cc
  LIBRARIES minpaas::router minpaas::test_support minpaas_test_program)
