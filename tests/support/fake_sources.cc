#include "tests/support/fake_sources.h"

#include <array>

namespace minpaas::test {

Result<hooks::DeployOutcome> FakeSources::deploy(const Actor& actor, const AppName& name,
                                                 std::string note,
                                                 const hooks::DeployChanges& changes,
                                                 const hooks::Follow& follow) {
  const auto place = TRY(platform_.open_for_push(actor, name));
  if (place.is_new) {
    TRY(platform_.create_app(actor, name));
  }
  TRY(platform_.require_open(actor, name));
  last_changes = changes;
  if (changes.runtime) {
    TRY(platform_.set_app(actor, name, {{"runtime", *changes.runtime}}));
  }
  const Oid commit = TRY(Oid::parse("00112233445566778899aabbccddeeff00112233"));
  return platform_.push(actor,
                        {.app = name,
                         .commit = commit,
                         .ref = "refs/heads/" + place.deploy_branch,
                         .old_oid = Oid(),
                         .note = std::move(note)},
                        follow);
}

Result<hooks::DeployOutcome> FakeSources::deploy_archive(const Actor& actor, const AppName& name,
                                                         ByteReader& archive,
                                                         const hooks::DeployChanges& changes,
                                                         const hooks::Follow& follow) {
  std::array<std::byte, 4096> buffer{};
  last_archive.clear();
  for (;;) {
    const auto got = TRY(archive.read(buffer, SteadyTime::max()));
    if (got == 0) {
      break;
    }
    last_archive.append(reinterpret_cast<const char*>(buffer.data()), got);
  }
  return deploy(actor, name, "from an archive", changes, follow);
}

Result<hooks::DeployOutcome> FakeSources::deploy_repository(const Actor& actor, const AppName& name,
                                                            const std::string& url,
                                                            const std::optional<std::string>& ref,
                                                            const hooks::DeployChanges& changes,
                                                            const hooks::Follow& follow) {
  last_url = url;
  last_ref = ref;
  return deploy(actor, name, "from " + hooks::shown_repository(url), changes, follow);
}

Result<hooks::DeployKey> FakeSources::deploy_key(const Actor& actor, const AppName& name,
                                                 hooks::DeployKeyChange change) {
  TRY(platform_.app(actor, name));
  const char* which = change == hooks::DeployKeyChange::Renew ? "BBBB" : "AAAA";
  return hooks::DeployKey{std::string("ssh-ed25519 ") + which + " minpaas-" + name.str(),
                          SystemTime(seconds(1'700'000'000))};
}

Result<hooks::DeployOutcome> FakeSources::deploy_image(const Actor& actor, const AppName& name,
                                                       const ImageReference& image,
                                                       const hooks::DeployChanges& changes,
                                                       const hooks::Follow& follow) {
  last_image = image.str();
  return deploy(actor, name, image.str(), changes, follow);
}

}  // namespace minpaas::test
