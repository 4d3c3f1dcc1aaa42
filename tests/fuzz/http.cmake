minpaas_fuzz(http_request LIBRARIES minpaas::http)
