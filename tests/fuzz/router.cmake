minpaas_fuzz(request_log LIBRARIES minpaas::router)
