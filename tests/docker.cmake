minpaas_test(docker_test LABEL unit
  SOURCES unit/core/docker/build_cgroup_test.cc unit/core/docker/api_version_test.cc unit/core/docker/attach_frames_test.cc
    unit/core/docker/build_stream_test.cc unit/core/docker/engine_error_test.cc unit/core/docker/address_pool_test.cc unit/core/docker/engine_json_test.cc
    unit/core/docker/log_frames_test.cc unit/core/docker/text_stream_test.cc
  LIBRARIES minpaas::docker nlohmann_json::nlohmann_json fmt::fmt)
target_compile_definitions(docker_test PRIVATE MINPAAS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
minpaas_test(fake_engine_test LABEL unit
  SOURCES unit/support/fake_engine_test.cc
  LIBRARIES minpaas::test_support)
minpaas_test(engine_contract_test LABEL contract
  SOURCES contract/attach_contract_test.cc contract/build_contract_test.cc contract/build_secrets_test.cc
    contract/container_contract_test.cc contract/engine_bed.cc contract/engine_contract.cc
    contract/stream_contract_test.cc
  LIBRARIES minpaas::test_support minpaas::archive fmt::fmt)
minpaas_test(engine_faults_test LABEL integration
  SOURCES integration/docker/attach_faults_test.cc integration/docker/engine_faults_test.cc
  LIBRARIES minpaas::test_support)
