#include "core/git/remote_url.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"

namespace minpaas::git {
namespace {

constexpr std::size_t kMostUrlBytes = 2048;
constexpr std::size_t kMostHostBytes = 253;

Error bad_url(std::string message, std::string hint = "for example: https://github.com/acme/blog") {
  return {ErrorCode::InvalidInput, std::move(message), std::move(hint), ""};
}

bool is_host(std::string_view host) {
  const bool is_v6 = host.find(':') != std::string_view::npos;
  return !host.empty() && host.size() <= kMostHostBytes && host.front() != '-' &&
         std::ranges::all_of(host, [is_v6](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '-' || (is_v6 && c == ':');
         });
}

/// `%41` as `A`.
Result<std::string> decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1 || byte->front() < ' ') {
      return bad_url("the URL has a % without two digits, or a control character");
    }
    plain += static_cast<char>(byte->front());
    i += 2;
  }
  return plain;
}

/// `HOST:PORT`, `[V6]:PORT`; the port may be missing.
Result<void> split_authority(std::string_view authority, std::string& host, std::string& port) {
  std::string_view rest;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) {
      return bad_url("the URL has no valid host");
    }
    host = authority.substr(1, end - 1);
    rest = authority.substr(end + 1);
  } else {
    const auto colon = authority.find(':');
    host = authority.substr(0, colon);
    rest = colon == std::string_view::npos ? "" : authority.substr(colon);
  }
  if (!rest.empty() && rest != ":") {
    if (rest.front() != ':' || !parse_number(rest.substr(1), "port", 1, 65535)) {
      return bad_url("the URL has no valid port");
    }
    port = rest.substr(1);
  }
  return is_host(host) ? Result<void>() : bad_url("the URL has no valid host");
}

}  // namespace

Result<RemoteUrl> RemoteUrl::parse(std::string_view text) {
  if (text.empty() || text.size() > kMostUrlBytes || std::ranges::any_of(text, [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
      })) {
    return bad_url("this is no URL of a repository");
  }
  const auto mark = text.find("://");
  if (mark == std::string_view::npos) {
    return parse_scp_like(text);
  }
  RemoteUrl url;
  const std::string_view scheme = text.substr(0, mark);
  if (scheme == "https" || scheme == "http") {
    url.scheme_ = scheme == "https" ? Scheme::Https : Scheme::Http;
    url.port_ = scheme == "https" ? "443" : "80";
  } else if (scheme == "ssh" || scheme == "git+ssh" || scheme == "ssh+git") {
    url.scheme_ = Scheme::Ssh;
    url.port_ = "22";
    url.user_ = "git";
  } else {
    return bad_url(scheme == "file" ? "files of the server are not read"
                                    : "repositories are fetched by https and ssh only",
                   "push it with git, or send an archive: deploy --app APP --archive -");
  }
  const std::string_view rest = text.substr(mark + 3);
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || slash + 1 == rest.size()) {
    return bad_url("the URL has no path");
  }
  if (url.scheme_ != Scheme::Ssh && rest.find_first_of("?#") != std::string_view::npos) {
    return bad_url("the URL of a repository has no ? and no #");
  }
  std::string_view authority = rest.substr(0, slash);
  url.path_ = rest.substr(slash);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view who = authority.substr(0, at);
    const auto colon = who.find(':');
    url.user_ = TRY(decoded(who.substr(0, colon)));
    if (colon != std::string_view::npos) {
      url.password_ = TRY(decoded(who.substr(colon + 1)));
    }
    authority = authority.substr(at + 1);
  }
  TRY(split_authority(authority, url.host_, url.port_));
  if (url.scheme_ == Scheme::Ssh && (url.user_.empty() || url.user_.front() == '-')) {
    return bad_url("the URL has no valid user");
  }
  if (url.scheme_ == Scheme::Ssh && !url.password_.empty()) {
    return bad_url("ssh takes no password from a URL", "deploy-key APP prints the key to allow");
  }
  return url;
}

/// `git@github.com:acme/blog.git`
Result<RemoteUrl> RemoteUrl::parse_scp_like(std::string_view text) {
  const auto colon = text.find(':');
  const auto at = text.find('@');
  if (colon == std::string_view::npos || at == std::string_view::npos || at > colon ||
      text.substr(0, colon).find('/') != std::string_view::npos) {
    return bad_url("this is no URL of a repository; paths of the server are not read");
  }
  RemoteUrl url;
  url.scheme_ = Scheme::Ssh;
  url.user_ = text.substr(0, at);
  url.host_ = text.substr(at + 1, colon - at - 1);
  url.port_ = "22";
  url.path_ = text.substr(colon + 1);
  if (!is_host(url.host_) || url.user_.empty() || url.user_.front() == '-' || url.path_.empty() ||
      url.path_.front() == '-') {
    return bad_url("this is no URL of a repository");
  }
  return url;
}

std::string RemoteUrl::with_user(std::string_view user) const {
  const std::string host = host_.find(':') == std::string::npos ? host_ : "[" + host_ + "]";
  if (scheme_ == Scheme::Ssh) {
    const bool below_home = !path_.starts_with('/');
    return fmt::format("ssh://{}@{}{}/{}{}", user_, host, port_ == "22" ? "" : ":" + port_,
                       below_home ? "~/" : "", below_home ? path_ : path_.substr(1));
  }
  const bool is_https = scheme_ == Scheme::Https;
  const bool is_usual = port_ == (is_https ? "443" : "80");
  return fmt::format("{}://{}{}{}{}", is_https ? "https" : "http", user, host,
                     is_usual ? "" : ":" + port_, path_);
}

std::string shown_url(std::string_view text) {
  const auto url = RemoteUrl::parse(text);
  return url ? url->shown() : "";
}

}  // namespace minpaas::git
