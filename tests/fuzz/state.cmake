minpaas_fuzz(public_key LIBRARIES minpaas::state)
