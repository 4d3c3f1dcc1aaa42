minpaas_test(direct_router_test LABEL unit
  SOURCES unit/core/router/direct_router_test.cc
  LIBRARIES minpaas::router minpaas::test_support)
