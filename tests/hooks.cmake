minpaas_test(process_set_test LABEL unit
  SOURCES unit/hooks/process_set_test.cc
  LIBRARIES minpaas::hooks minpaas::test_support)
minpaas_test(check_report_test LABEL unit
  SOURCES unit/hooks/listeners_test.cc
  LIBRARIES minpaas::hooks)
minpaas_test(check_test LABEL integration
  SOURCES integration/hooks/check_test.cc
  LIBRARIES minpaas::hooks minpaas::test_support)
minpaas_test(repair_plan_test LABEL unit
  SOURCES unit/hooks/repair_plan_test.cc
  LIBRARIES minpaas::hooks)
minpaas_test(reconcile_test LABEL integration
  SOURCES integration/hooks/reconcile_test.cc
  LIBRARIES minpaas::hooks minpaas::test_support)
minpaas_test(app_logs_test LABEL unit
  SOURCES unit/hooks/app_logs_test.cc unit/hooks/log_merge_test.cc
  LIBRARIES minpaas::hooks minpaas::test_support)
minpaas_test(ownership_test LABEL unit
  SOURCES unit/hooks/ownership_test.cc
  LIBRARIES minpaas::hooks minpaas::test_support)
minpaas_test(garbage_test LABEL unit
  SOURCES unit/hooks/garbage_test.cc
  LIBRARIES minpaas::hooks minpaas::test_support)
minpaas_test(supervisor_test LABEL unit
  SOURCES unit/hooks/health_book_test.cc unit/hooks/supervisor_test.cc
  LIBRARIES minpaas::hooks minpaas::test_support)
minpaas_test(doctor_test LABEL unit
  SOURCES unit/hooks/doctor_test.cc
  LIBRARIES minpaas::hooks minpaas::test_support)
include(hooks_pipeline.cmake)
minpaas_test(running_app_test LABEL contract
  SOURCES contract/engine_bed.cc contract/running_app_test.cc
  LIBRARIES minpaas::hooks minpaas::test_support fmt::fmt)
