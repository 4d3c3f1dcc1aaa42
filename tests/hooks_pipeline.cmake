# Queue, pipeline, recovery and the service layer.
minpaas_test(push_test LABEL integration
  SOURCES integration/hooks/push_test.cc
  LIBRARIES minpaas::deploy_support)
