minpaas_fuzz(engine_json LIBRARIES minpaas::docker)
minpaas_fuzz(log_frames LIBRARIES minpaas::docker)
minpaas_fuzz(build_trace LIBRARIES minpaas::docker)
minpaas_fuzz(build_stream LIBRARIES minpaas::docker)
