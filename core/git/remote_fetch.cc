#include "core/git/remote_fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "core/base/text.h"
#include "core/base/text_cut.h"
#include "core/git/fetch_guard.h"
#include "core/git/fetch_transport.h"
#include "core/git/git_error.h"
#include "core/git/incoming_backend.h"

namespace minpaas::git {
namespace {

using RemoteHandle = Handle<git_remote, git_remote_free>;

constexpr seconds kLockPatience{60};
constexpr seconds kBetweenWords{2};
/// Beside the pack: the list of refs, and what a server says.
constexpr long long kMostTalkBytes = 64LL << 20;
constexpr std::size_t kMostShown = 80;

/// Reads the certificates at the first fetch, once: a handshake of another thread may use them.
Result<void> trust(const std::filesystem::path& ca_file) {
  static std::once_flag once;
  static std::atomic<int> status{0};
  std::call_once(once, [&] {
    status = git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, ca_file.c_str(), nullptr);
  });
  return status == 0 ? Result<void>()
                     : Error{ErrorCode::Unavailable, "the server trusts no certificates",
                             "install ca-certificates, or set [sources] ca_file", ""};
}

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return out + "'";
}

/// Never asks, never reads a configuration, connects to the address that was checked and to no
/// other, while the server's key is known by its name.
Result<std::vector<std::string>> ssh_arguments(const RemoteUrl& url, const FetchRules& rules) {
  if (!rules.ssh) {
    return Error{ErrorCode::Internal, "ssh has no key", "", ""};
  }
  const auto addresses = TRY(resolve(url.host(), url.port(), rules.reach));
  std::vector<std::string> arguments{"-F", "none", "-T"};
  const std::string alias =
      url.port() == "22" ? url.host() : fmt::format("[{}]:{}", url.host(), url.port());
  for (const std::string& option :
       {std::string("BatchMode=yes"), std::string("IdentitiesOnly=yes"),
        std::string("IdentityAgent=none"), std::string("StrictHostKeyChecking=accept-new"),
        std::string("GlobalKnownHostsFile=none"), std::string("UpdateHostKeys=no"),
        std::string("CheckHostIP=no"), std::string("ConnectTimeout=10"),
        std::string("LogLevel=ERROR"), "HostKeyAlias=" + alias,
        "UserKnownHostsFile=" + rules.ssh->known_hosts.string()}) {
    arguments.insert(arguments.end(), {"-o", option});
  }
  arguments.insert(arguments.end(),
                   {"-i", rules.ssh->key.string(), "-p", url.port(), "-l", url.user(), "--",
                    addresses.front().str(), "git-upload-pack " + in_quotes(url.path())});
  return arguments;
}

struct Tip {
  std::string name;
  Oid id;
};

class RemoteFetch {
 public:
  RemoteFetch(Repository& repository, const RemoteUrl& url, const FetchRules& rules,
              const FetchProgress& progress, const std::stop_token& stop)
      : repository_(repository),
        url_(url),
        rules_(rules),
        progress_(progress),
        guard_({.reach = rules.reach,
                .deadline = rules.deadline,
                .silence = rules.silence,
                .bytes = static_cast<long long>(rules.limits.pack_bytes) + kMostTalkBytes,
                .only_port = url.has_secret() ? url.port() : ""},
               stop) {}

  Result<RemoteCommit> run(const std::optional<std::string>& wanted) {
    const auto receiver = TRY(PackReceiver::begin(repository_, rules_.limits));
    IncomingPack incoming(*receiver,
                          [this](std::uint32_t got, std::uint32_t all) { say_received(got, all); });
    const auto handle = TRY(Repository::open(repository_.folder()));
    TRY(incoming.add_to(handle.raw()));
    if (url_.scheme() == RemoteUrl::Scheme::Ssh) {
      const auto arguments = TRY(ssh_arguments(url_, rules_));
      transport_.emplace(arguments);
    } else {
      transport_.emplace();
    }
    git_remote* raw = nullptr;
    TRY(check_git(git_remote_create_anonymous(&raw, handle.raw(), url_.plain().c_str()),
                  "reach the repository"));
    const RemoteHandle remote(raw);
    TRY(connect(remote.get()));
    const Tip tip = TRY(choose(remote.get(), wanted));
    TRY(download(remote.get(), tip, incoming));
    git_remote_disconnect(remote.get());
    const auto tick = [this]() -> Result<void> { return still_wanted(); };
    if (incoming.has_begun()) {
      progress_("Checking the objects");
      TRY(receiver->check({tip.id}, tick));
      const auto lock = TRY(PushLock::acquire(repository_.folder(),
                                              std::chrono::steady_clock::now() + kLockPatience));
      TRY(receiver->keep());
    }
    const Oid commit = TRY(commit_of(tip));
    return RemoteCommit{commit, std::string(short_name(tip.name))};
  }

 private:
  static std::string_view short_name(std::string_view ref) {
    for (const std::string_view folder : {"refs/heads/", "refs/tags/"}) {
      if (ref.starts_with(folder)) {
        return ref.substr(folder.size());
      }
    }
    return ref;
  }

  Result<void> still_wanted() const {
    if (guard_.stop().stop_requested()) {
      return Error{ErrorCode::Cancelled, "cancelled", "", ""};
    }
    if (std::chrono::steady_clock::now() > rules_.deadline) {
      return Error{ErrorCode::Timeout, "the repository takes too long to arrive",
                   "let the administrator raise [sources] timeout", ""};
    }
    return {};
  }

  void say_received(std::uint32_t got, std::uint32_t all) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (all > 0 && (got == all ? !said_all_ : now - last_word_ > kBetweenWords)) {
      last_word_ = now;
      said_all_ = got == all;
      progress_(fmt::format("Receiving objects: {} of {}", got, all));
    }
  }

  static int on_credentials(git_credential** out, const char* /*url*/, const char* /*user*/,
                            unsigned allowed, void* context) noexcept {
    auto& self = *static_cast<RemoteFetch*>(context);
    if (!self.url_.has_secret() || self.has_presented_ ||
        (allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) == 0) {
      return GIT_EAUTH;
    }
    self.has_presented_ = true;
    return git_credential_userpass_plaintext_new(out, self.url_.user().c_str(),
                                                 self.url_.password().c_str());
  }

  git_remote_callbacks callbacks() {
    git_remote_callbacks all = GIT_REMOTE_CALLBACKS_INIT;
    // Both the transport and the credentials are asked with the one payload of the callbacks.
    all.payload = this;
    all.credentials = on_credentials;
    all.transport = [](git_transport** out, git_remote* owner, void* context) noexcept {
      return FetchTransport::make(out, owner, &*static_cast<RemoteFetch*>(context)->transport_);
    };
    return all;
  }

  /// A password goes to the host of the URL and no other: then no redirect leads elsewhere. That it
  /// goes to no other port is the guard's, for libgit2 looks at the host alone.
  [[nodiscard]] git_remote_redirect_t redirects() const {
    return url_.has_secret() ? GIT_REMOTE_REDIRECT_NONE : GIT_REMOTE_REDIRECT_INITIAL;
  }

  Result<void> connect(git_remote* remote) {
    git_remote_connect_options options = GIT_REMOTE_CONNECT_OPTIONS_INIT;
    options.callbacks = callbacks();
    options.proxy_opts.type = GIT_PROXY_NONE;
    options.follow_redirects = redirects();
    return outcome(git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &options));
  }

  Result<std::vector<Tip>> tips(git_remote* remote) {
    const git_remote_head** heads = nullptr;
    std::size_t count = 0;
    TRY(outcome(git_remote_ls(&heads, &count, remote)));
    std::vector<Tip> all;
    for (std::size_t i = 0; i < count; ++i) {
      all.push_back({heads[i]->name, from_git(heads[i]->oid)});
    }
    return all;
  }

  Result<Tip> choose(git_remote* remote, const std::optional<std::string>& wanted) {
    const auto all = TRY(tips(remote));
    const auto find = [&all](auto matches) {
      return std::ranges::find_if(
          all, [&](const Tip& tip) { return !tip.name.ends_with("^{}") && matches(tip); });
    };
    const std::string ref = wanted.value_or("HEAD");
    for (const char* folder : {"", "refs/heads/", "refs/tags/"}) {
      const auto found = find([&](const Tip& tip) { return tip.name == folder + ref; });
      if (found != all.end()) {
        return *found;
      }
    }
    const auto by_id = find([&](const Tip& tip) { return tip.id.hex() == ref; });
    if (by_id != all.end()) {
      return *by_id;
    }
    return no_such_ref(all, wanted);
  }

  [[nodiscard]] Error no_such_ref(const std::vector<Tip>& all,
                                  const std::optional<std::string>& wanted) const {
    if (all.empty()) {
      return {ErrorCode::NotFound, fmt::format("{} is empty", url_.shown()), "push to it first",
              ""};
    }
    if (!wanted) {
      return {ErrorCode::NotFound, fmt::format("{} has no default branch", url_.shown()),
              "name a branch: --ref main", ""};
    }
    return {ErrorCode::NotFound,
            fmt::format("{} has no branch or tag '{}'", url_.shown(),
                        shown_if_short(*wanted, kMostShown)),
            "a commit can be named only when a branch or tag is at it", ""};
  }

  Result<void> download(git_remote* remote, const Tip& tip, const IncomingPack& incoming) {
    git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
    options.callbacks = callbacks();
    options.proxy_opts.type = GIT_PROXY_NONE;
    options.follow_redirects = redirects();
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    std::string refspec = tip.name;
    char* one = refspec.data();
    const git_strarray refspecs{&one, 1};
    const auto downloaded = outcome(git_remote_download(remote, &refspecs, &options));
    return !downloaded && incoming.failed() ? Result<void>(*incoming.failed()) : downloaded;
  }

  /// A tag is followed to what it names.
  Result<Oid> commit_of(const Tip& tip) {
    const auto fresh = TRY(Repository::open(repository_.folder()));
    const git_oid raw_id = to_git(tip.id);
    git_object* raw = nullptr;
    TRY(check_git(git_object_lookup(&raw, fresh.raw(), &raw_id, GIT_OBJECT_ANY),
                  "find the commit"));
    const Handle<git_object, git_object_free> object(raw);
    git_object* peeled = nullptr;
    if (git_object_peel(&peeled, object.get(), GIT_OBJECT_COMMIT) != 0) {
      return Error{ErrorCode::InvalidInput, fmt::format("{} is no commit", short_name(tip.name)),
                   "", ""};
    }
    const Handle<git_object, git_object_free> commit(peeled);
    return from_git(*git_object_id(commit.get()));
  }

  /// What a status of libgit2 means; a bound of the guard goes first.
  Result<void> outcome(int status) {
    if (status >= 0) {
      return {};
    }
    const git_error* last = git_error_last();
    const std::string cause = last != nullptr && last->message != nullptr ? last->message : "";
    if (guard_.failed()) {
      return *guard_.failed();
    }
    if (url_.scheme() == RemoteUrl::Scheme::Ssh && !transport_->ssh_said().empty()) {
      return ssh_error(transport_->ssh_said());
    }
    return http_error(status, cause);
  }

  [[nodiscard]] Error http_error(int status, const std::string& cause) const {
    const auto says = [&cause](std::string_view part) {
      return cause.find(part) != std::string::npos;
    };
    const std::string where = url_.shown();
    // What libgit2 says of a loop names authentication too.
    if (status != GIT_EAUTH && says("redirect")) {
      return {ErrorCode::PermissionDenied,
              fmt::format("{} leads to another place, which is not followed", where),
              "give the URL that it leads to", cause};
    }
    if (status == GIT_EAUTH || says("authentication") || says("status code: 403")) {
      return {ErrorCode::PermissionDenied,
              url_.has_secret() ? fmt::format("{} does not take this user and password", where)
                                : fmt::format("{} is not public, or not there", where),
              "use ssh with the app's key (deploy-key APP), or https://USER:TOKEN@HOST/PATH",
              cause};
    }
    if (status == GIT_ECERTIFICATE || says("certificate")) {
      return {ErrorCode::PermissionDenied,
              fmt::format("the certificate of {} is not to be trusted", url_.host()),
              "an administrator can trust its authority: [sources] ca_file", cause};
    }
    if (says("status code: 404") || says("content-type") || says("status code: 410") ||
        says("remote error")) {
      return {ErrorCode::NotFound, fmt::format("there is no repository at {}", where),
              "look at the URL", cause};
    }
    return {ErrorCode::Unavailable, fmt::format("{} could not be fetched", where),
            "try again; is it a git repository?", cause};
  }

  [[nodiscard]] Error ssh_error(const std::string& said) const {
    const auto says = [&said](std::string_view part) {
      return said.find(part) != std::string::npos;
    };
    if (says("Host key verification failed") || says("REMOTE HOST IDENTIFICATION")) {
      return {ErrorCode::PermissionDenied,
              fmt::format("{} has another host key than the first time", url_.host()),
              "if that is right, let it be forgotten: deploy-key APP --forget-hosts", said};
    }
    if (says("Permission denied") || says("Too many authentication")) {
      return {ErrorCode::PermissionDenied,
              fmt::format("{} does not take the app's key", url_.host()),
              "add the key there, for reading: deploy-key APP prints it", said};
    }
    if (says("Connection refused") || says("timed out") || says("No route to host")) {
      return {ErrorCode::Unavailable,
              fmt::format("{} port {} does not answer", url_.host(), url_.port()), "", said};
    }
    return {ErrorCode::NotFound, fmt::format("there is no repository at {}", url_.shown()),
            "look at the URL, and whether the app's key may read it", said};
  }

  Repository& repository_;
  const RemoteUrl& url_;
  const FetchRules& rules_;
  const FetchProgress& progress_;
  FetchGuard guard_;
  std::optional<FetchTransport> transport_;
  bool has_presented_ = false;
  SteadyTime last_word_{};
  bool said_all_ = false;
};

}  // namespace

Result<RemoteCommit> fetch_commit(Repository& repository, const RemoteUrl& url,
                                  const std::optional<std::string>& ref, const FetchRules& rules,
                                  const FetchProgress& progress, const std::stop_token& stop) {
  guard_connections();
  if (url.scheme() == RemoteUrl::Scheme::Https) {
    TRY(trust(rules.ca_file));
  }
  return RemoteFetch(repository, url, rules, progress, stop).run(ref);
}

}  // namespace minpaas::git
