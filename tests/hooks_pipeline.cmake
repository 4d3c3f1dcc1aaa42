# Queue, pipeline, recovery and the service layer.
minpaas_test(push_test LABEL integration
  SOURCES integration/hooks/push_test.cc
  LIBRARIES minpaas::deploy_support)
minpaas_test(recovery_test LABEL integration
  SOURCES integration/hooks/recovery_test.cc
  LIBRARIES minpaas::deploy_support)
minpaas_test(rollback_test LABEL integration
  SOURCES integration/hooks/rollback_test.cc
  LIBRARIES minpaas::deploy_support)
minpaas_test(deploy_queue_test LABEL integration
  SOURCES integration/hooks/deploy_queue_test.cc
  LIBRARIES minpaas::deploy_support)
minpaas_test(deploy_feed_test LABEL unit
  SOURCES unit/hooks/deploy_feed_test.cc unit/hooks/deploy_output_test.cc
  LIBRARIES minpaas::hooks)
minpaas_test(local_platform_test LABEL integration
  SOURCES integration/hooks/local_platform_test.cc
  LIBRARIES minpaas::deploy_support)
minpaas_test(assembly_test LABEL integration
  SOURCES integration/hooks/assembly_test.cc
  LIBRARIES minpaas::hooks minpaas::test_support)
