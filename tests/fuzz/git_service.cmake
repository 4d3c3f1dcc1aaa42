minpaas_fuzz(git_request LIBRARIES minpaas::git_service)
minpaas_fuzz(pack_parser LIBRARIES minpaas::git)
minpaas_fuzz(pkt_line LIBRARIES minpaas::receive_pack)
minpaas_fuzz(receive_pack LIBRARIES push_support RUNS 3000)
