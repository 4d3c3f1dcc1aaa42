minpaas_test(hooks_test LABEL unit
  SOURCES unit/hooks/cron_entries_test.cc unit/hooks/app_journal_test.cc unit/hooks/app_logs_test.cc unit/hooks/followed_logs_test.cc unit/hooks/certificate_choice_test.cc unit/hooks/check_plan_test.cc unit/hooks/container_usage_test.cc unit/hooks/deploy_feed_test.cc
    unit/hooks/deploy_output_test.cc unit/hooks/doctor_test.cc unit/hooks/first_words_test.cc
    unit/hooks/failed_tries_test.cc
    unit/hooks/fresh_mask_test.cc unit/hooks/garbage_test.cc
    unit/hooks/health_book_test.cc unit/hooks/known_masks_test.cc unit/hooks/lego_test.cc unit/hooks/lifecycle_log_test.cc unit/hooks/listeners_test.cc unit/hooks/liveness_record_test.cc unit/hooks/log_merge_test.cc
    unit/hooks/ownership_test.cc unit/hooks/process_set_test.cc unit/hooks/repair_plan_test.cc
    unit/hooks/scaling_test.cc unit/hooks/secret_mounts_test.cc unit/hooks/supervisor_test.cc
  LIBRARIES minpaas::hooks minpaas::test_support SQLiteCpp)
minpaas_test(running_app_test LABEL contract
  SOURCES contract/engine_bed.cc contract/running_app_test.cc
  LIBRARIES minpaas::hooks minpaas::test_support fmt::fmt)
foreach(part assembly check http_probe liveness reconcile settings_check)
  minpaas_test(${part}_test LABEL integration
    SOURCES integration/hooks/${part}_test.cc
    LIBRARIES minpaas::hooks minpaas::test_support)
endforeach()

# Queue, pipeline, recovery and the service layer.
foreach(part access_matrix build_secrets certificates checks claim cron deploy_queue domains failure_hooks local_platform maintenance manifest metrics people processes program_run push recovery rename resources rollback sources standing storage tokens unreadable_config)
  minpaas_test(${part}_test LABEL integration
    SOURCES integration/hooks/${part}_test.cc
    LIBRARIES minpaas::deploy_support PkgConfig::ZLIB)
endforeach()
target_link_libraries(access_matrix_test PRIVATE minpaas::commands fmt::fmt)
target_link_libraries(unreadable_config_test PRIVATE minpaas::commands SQLiteCpp)
