minpaas_test(app_test LABEL unit
  SOURCES unit/core/app/access_scope_test.cc unit/core/app/address_range_test.cc unit/core/app/app_json_test.cc unit/core/app/check_choices_test.cc unit/core/app/cron_schedule_test.cc
    unit/core/app/host_name_test.cc unit/core/app/image_reference_test.cc unit/core/app/limits_test.cc unit/core/app/names_test.cc unit/core/app/procfile_test.cc unit/core/app/release_test.cc
    unit/core/app/secret_mask_test.cc unit/core/app/shell_command_test.cc
    unit/core/app/storage_mount_test.cc
  LIBRARIES minpaas::app)
