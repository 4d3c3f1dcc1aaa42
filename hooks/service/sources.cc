#include "hooks/service/sources.h"

#include "core/git/remote_url.h"

namespace minpaas::hooks {

std::string shown_repository(std::string_view url) {
  return git::shown_url(url);
}

}  // namespace minpaas::hooks
