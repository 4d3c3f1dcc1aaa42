#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/base/file.h"
#include "runtimes/runtime.h"
#include "tests/support/memory_tree.h"
#include "tests/support/temp_dir.h"

namespace minpaas::runtimes {
namespace {

using test::MemoryTree;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kStart = R"({"scripts": {"start": "node server.js"}})";

/// The catalog that ships, so that these are tests of the recipes too.
Catalog shipped(bool allow_dockerfile = false, std::map<std::string, std::string> images = {}) {
  auto catalog = Catalog::load({default_folder(), std::move(images), allow_dockerfile});
  EXPECT_TRUE(catalog) << catalog.error().message;
  return std::move(*catalog);
}

BuildPlan plan_of(const MemoryTree& tree, const std::optional<std::string>& chosen = {},
                  bool allow_dockerfile = false) {
  auto plan = shipped(allow_dockerfile).plan(tree, chosen);
  EXPECT_TRUE(plan) << plan.error().for_log();
  return plan ? std::move(*plan) : BuildPlan{};
}

Error refusal_of(const MemoryTree& tree, const std::optional<std::string>& chosen = {}) {
  auto plan = shipped().plan(tree, chosen);
  EXPECT_FALSE(plan);
  return plan ? Error{} : plan.error();
}

std::string command_of(const BuildPlan& plan, const char* type) {
  const auto found = plan.processes.find(*ProcessType::parse(type));
  return found == plan.processes.end() ? "(none)" : found->second;
}

int quantity_of(const BuildPlan& plan, const char* type) {
  const auto found = plan.formation.find(*ProcessType::parse(type));
  return found == plan.formation.end() ? -1 : found->second;
}

TEST(Catalog, KnowsTheRuntimesThatShip) {
  EXPECT_THAT(shipped().names(), ElementsAre("dockerfile", "node", "python", "static"));
  EXPECT_EQ(shipped().find("perl"), nullptr);
}

TEST(Catalog, TellsEachDockerfileThePortOfItsIni) {
  const Catalog catalog = shipped();
  for (const std::string& name : catalog.names()) {
    const Runtime& runtime = *catalog.find(name);
    if (!runtime.builds_from_repository()) {
      EXPECT_THAT(runtime.dockerfile,
                  HasSubstr("ENV PORT=" + std::to_string(runtime.internal_port)));
      EXPECT_THAT(runtime.dockerfile, HasSubstr("ARG BASE_IMAGE=" + runtime.base_image + "\n"));
      EXPECT_THAT(runtime.dockerfile, HasSubstr("USER 10001:10001"));
      // Without these a build needs no registry frontend and works with the classic builder.
      EXPECT_THAT(runtime.dockerfile, Not(HasSubstr("# syntax=")));
      EXPECT_THAT(runtime.dockerfile, Not(HasSubstr("--mount")));
    }
  }
}

TEST(Catalog, PlansAPythonApp) {
  const BuildPlan plan = plan_of(MemoryTree{{"app.py", ""}, {"requirements.txt", ""}});
  EXPECT_EQ(plan.runtime, "python");
  EXPECT_EQ(plan.reason, "app.py and requirements.txt found");
  EXPECT_EQ(plan.dockerfile_path, "Dockerfile");
  EXPECT_EQ(plan.source_prefix, "app");
  EXPECT_EQ(plan.internal_port, 8000);
  EXPECT_EQ(plan.base_image, "localhost/minpaas/python-base");
  EXPECT_EQ(plan.build_args.at("BASE_IMAGE"), plan.base_image);
  EXPECT_EQ(command_of(plan, "web"), "python app.py");
  EXPECT_EQ(quantity_of(plan, "web"), 1);
}

TEST(Catalog, TakesTheBaseImageOfTheSettings) {
  const Catalog catalog = shipped(false, {{"python", "python:3.12-slim"}, {"node", ""}});
  const auto python = catalog.plan(MemoryTree{{"app.py", ""}, {"requirements.txt", ""}}, {});
  ASSERT_TRUE(python);
  EXPECT_EQ(python->base_image, "python:3.12-slim");
  EXPECT_EQ(python->build_args.at("BASE_IMAGE"), "python:3.12-slim");
  const auto node = catalog.plan(MemoryTree{{"package.json", kStart}}, {});
  ASSERT_TRUE(node);
  EXPECT_EQ(node->base_image, "localhost/minpaas/node-base");
}

TEST(Catalog, LetsAProcfileWithWebStandInForAppPy) {
  const BuildPlan plan = plan_of(
      MemoryTree{{"requirements.txt", "gunicorn"}, {"Procfile", "web: gunicorn x:y\nworker: w\n"}});
  EXPECT_EQ(plan.runtime, "python");
  EXPECT_EQ(plan.reason, "a Procfile with web found");
  EXPECT_EQ(command_of(plan, "web"), "gunicorn x:y");
  EXPECT_EQ(command_of(plan, "worker"), "w");
  EXPECT_EQ(quantity_of(plan, "web"), 1);
  EXPECT_EQ(quantity_of(plan, "worker"), 0);
}

TEST(Catalog, GivesTheDefaultWebToAProcfileWithoutOneAndNeverScalesRelease) {
  const BuildPlan plan = plan_of(MemoryTree{
      {"app.py", ""}, {"requirements.txt", ""}, {"Procfile", "release: migrate\nworker: w\n"}});
  EXPECT_EQ(command_of(plan, "web"), "python app.py");
  EXPECT_EQ(command_of(plan, "release"), "migrate");
  EXPECT_EQ(quantity_of(plan, "release"), -1);
}

TEST(Catalog, NamesEveryMissingFileOfAPythonApp) {
  const Error error = refusal_of(MemoryTree{{"main.py", ""}});
  EXPECT_EQ(error.code, ErrorCode::InvalidInput);
  EXPECT_EQ(error.message,
            "this looks like a python app, but app.py is missing and requirements.txt is missing");
  EXPECT_THAT(error.hint, HasSubstr("it may be empty"));
  EXPECT_THAT(error.hint, HasSubstr("Procfile"));
}

TEST(Catalog, SaysThatCaseMatters) {
  const Error error = refusal_of(MemoryTree{{"App.py", ""}, {"requirements.txt", ""}});
  EXPECT_THAT(error.message, HasSubstr("app.py is missing (App.py is there, but case matters)"));
}

TEST(Catalog, PlansANodeApp) {
  const BuildPlan plan = plan_of(MemoryTree{{"package.json", kStart}, {"server.js", ""}});
  EXPECT_EQ(plan.runtime, "node");
  EXPECT_EQ(plan.reason, "package.json with scripts.start found");
  EXPECT_EQ(plan.internal_port, 3000);
  EXPECT_EQ(command_of(plan, "web"), "npm start");
}

TEST(Catalog, RefusesANodeAppWithoutStartScript) {
  const Error error = refusal_of(MemoryTree{{"package.json", R"({"scripts": {"test": "x"}})"}});
  EXPECT_EQ(error.message, "this looks like a node app, but package.json has no scripts.start");
  EXPECT_THAT(error.hint, HasSubstr("\"start\""));
}

TEST(Catalog, RefusesAPackageJsonThatIsNoJson) {
  const Error error = refusal_of(MemoryTree{{"package.json", "{\"scripts\": "}});
  EXPECT_THAT(error.message, HasSubstr("package.json is not valid JSON (line 1)"));
  EXPECT_EQ(error.hint, "correct the JSON of package.json");
}

TEST(Catalog, TakesQuantitiesFromAnAppJson) {
  const BuildPlan plan = plan_of({{"app.py", ""},
                                  {"requirements.txt", ""},
                                  {"Procfile", "release: migrate\nworker: w\nclock: c\n"},
                                  {"app.json", R"({"formation": {"web": {"quantity": 3},
      "worker": {"quantity": 2}, "release": {"quantity": 1}, "gone": {"quantity": 1}}})"}});
  EXPECT_EQ(quantity_of(plan, "web"), 3);
  EXPECT_EQ(quantity_of(plan, "worker"), 2);
  EXPECT_EQ(quantity_of(plan, "clock"), 0);
  EXPECT_EQ(quantity_of(plan, "release"), -1);
  EXPECT_EQ(quantity_of(plan, "gone"), -1);
  EXPECT_EQ(plan.app_json.manifest.formation.size(), 4U);
}

TEST(Catalog, PassesOnWhatIsWrongInAnAppJson) {
  const Error error = refusal_of(
      MemoryTree{{"app.py", ""}, {"requirements.txt", ""}, {"app.json", R"({"scripts": 5})"}});
  EXPECT_EQ(error.code, ErrorCode::InvalidInput);
  EXPECT_EQ(error.message, "app.json: scripts must be an object");
}

TEST(Catalog, PassesOnWhatIsWrongInAProcfile) {
  const Error error = refusal_of(MemoryTree{{"app.py", ""}, {"Procfile", "web python\n"}});
  EXPECT_THAT(error.message, HasSubstr("Procfile line 1"));
}

TEST(Catalog, TakesTheOtherRuntimeWhereOnlyOneContractHolds) {
  EXPECT_EQ(plan_of(MemoryTree{{"package.json", kStart}, {"requirements.txt", ""}}).runtime,
            "node");
  EXPECT_EQ(
      plan_of(MemoryTree{{"package.json", "{}"}, {"app.py", ""}, {"requirements.txt", ""}}).runtime,
      "python");
}

TEST(Catalog, PlansAStaticSite) {
  const BuildPlan plan = plan_of(MemoryTree{{"index.html", ""}, {"css/a.css", ""}});
  EXPECT_EQ(plan.runtime, "static");
  EXPECT_EQ(plan.internal_port, 8080);
  EXPECT_EQ(command_of(plan, "web"), "busybox httpd -f -p \"$PORT\" -h /app");
}

TEST(Catalog, NeverPublishesTheSourceOfABrokenApp) {
  const Error error = refusal_of(MemoryTree{{"index.html", ""}, {"app.py", "PASSWORD = 1"}});
  EXPECT_THAT(error.message, HasSubstr("requirements.txt is missing"));
  EXPECT_THAT(error.hint, HasSubstr("; or use `apps:set APP runtime=static`"));
}

TEST(Catalog, IndexHtmlInAFolderIsNoStaticSite) {
  EXPECT_THAT(refusal_of(MemoryTree{{"public/index.html", ""}}).message,
              HasSubstr("no runtime fits"));
}

TEST(Catalog, ListsWhatEachRuntimeWantsWhenNoneFits) {
  const Error error = refusal_of(MemoryTree{{"README.md", ""}, {"src/main.c", ""}});
  EXPECT_EQ(error.message, "no runtime fits this repository: its root holds README.md and src/");
  EXPECT_EQ(error.hint,
            "node wants package.json with scripts.start; python wants app.py and requirements.txt; "
            "static wants index.html");
  EXPECT_THAT(refusal_of(MemoryTree{}).message, HasSubstr("the commit holds no files"));
}

TEST(Catalog, BoundsAndEscapesTheNamesThatItRepeats) {
  MemoryTree::Files files{{"a\x1b[2Jb", ""}};
  for (int i = 0; i < 1000; ++i) {
    files.emplace("file" + std::to_string(i), "");
  }
  const Error error = refusal_of(MemoryTree(files));
  EXPECT_LT(error.message.size(), 400U);
  EXPECT_THAT(error.message, Not(HasSubstr("\x1b")));
}

TEST(Catalog, UsesTheRepositorysDockerfileOnlyWhenChosenOrAllowed) {
  const MemoryTree tree{{"Dockerfile", "FROM scratch"}};
  const Error error = refusal_of(tree);
  EXPECT_THAT(error.hint, HasSubstr("`apps:set APP runtime=dockerfile`"));
  const BuildPlan chosen = plan_of(tree, "dockerfile");
  EXPECT_EQ(chosen.dockerfile, "");
  EXPECT_EQ(chosen.source_prefix, "");
  EXPECT_EQ(chosen.base_image, "");
  EXPECT_EQ(chosen.internal_port, 0);
  EXPECT_TRUE(chosen.build_args.empty());
  EXPECT_EQ(command_of(chosen, "web"), "");
  EXPECT_EQ(plan_of(tree, {}, true).runtime, "dockerfile");
}

TEST(Catalog, PrefersItsOwnRecipeToAnAllowedDockerfile) {
  const MemoryTree tree{{"Dockerfile", "FROM scratch"}, {"app.py", ""}, {"requirements.txt", ""}};
  const BuildPlan plan = plan_of(tree, {}, true);
  EXPECT_EQ(plan.runtime, "python");
  EXPECT_THAT(plan.dockerfile, HasSubstr("venv"));
}

TEST(Catalog, ChecksTheContractOfAChosenRuntime) {
  const MemoryTree tree{{"index.html", ""}};
  EXPECT_EQ(refusal_of(tree, "node").message,
            "the runtime node is set for this app, but package.json is missing");
  EXPECT_EQ(refusal_of(tree, "perl").message, "there is no runtime perl");
  EXPECT_EQ(plan_of(tree, "static").reason, "set for this app");
}

TEST(Catalog, LearnsANewRuntimeFromAFolderAlone) {
  const test::TempDir folder;
  std::filesystem::create_directories(folder.path() / "go");
  std::ofstream(folder.path() / "go/Dockerfile") << "FROM scratch\n";
  std::ofstream(folder.path() / "go/runtime.ini")
      << "[runtime]\nport = 8080\nbase_image = go-base\ndefault_command = ./server\n"
         "[detect]\nany_of = go.mod\n[contract]\nall_of = go.mod\n";
  const auto catalog = Catalog::load({folder.path(), {}, false});
  ASSERT_TRUE(catalog) << catalog.error().message;
  const auto plan = catalog->plan(MemoryTree{{"go.mod", ""}}, {});
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->runtime, "go");
  EXPECT_EQ(plan->base_image, "go-base");
}

TEST(Catalog, RefusesAFolderThatIsMissingEmptyOrBroken) {
  const test::TempDir folder;
  EXPECT_EQ(Catalog::load({folder.path() / "none", {}, false}).error().code, ErrorCode::NotFound);
  EXPECT_EQ(Catalog::load({folder.path(), {}, false}).error().code, ErrorCode::NotFound);
  std::filesystem::create_directories(folder.path() / "go");
  EXPECT_THAT(Catalog::load({folder.path(), {}, false}).error().message, HasSubstr("runtime.ini"));
}

}  // namespace
}  // namespace minpaas::runtimes
