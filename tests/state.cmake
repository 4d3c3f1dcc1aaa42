minpaas_test(state_test LABEL unit
  SOURCES unit/core/state/app_store_test.cc unit/core/state/build_secret_store_test.cc unit/core/state/certificate_store_test.cc
    unit/core/state/check_store_test.cc
    unit/core/state/config_store_test.cc
    unit/core/state/container_store_test.cc unit/core/state/database_test.cc
    unit/core/state/deploy_stage_test.cc unit/core/state/deploy_store_test.cc
    unit/core/state/domain_store_test.cc unit/core/state/event_store_test.cc unit/core/state/key_store_test.cc unit/core/state/migrate_test.cc
    unit/core/state/public_key_test.cc unit/core/state/release_store_test.cc
    unit/core/state/request_key_store_test.cc
    unit/core/state/resource_store_test.cc
    unit/core/state/secret_key_test.cc unit/core/state/volume_store_test.cc
    unit/core/state/token_store_test.cc
  LIBRARIES minpaas::state SQLiteCpp PkgConfig::SQLITE3)
target_compile_definitions(state_test PRIVATE MINPAAS_DOCS="${PROJECT_SOURCE_DIR}/docs")
