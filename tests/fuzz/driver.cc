// Runs a fuzz target without libFuzzer: every file of the corpus as it is, then mutations of them.
// The random numbers begin the same way each time, so that a failure can be repeated.
//   NAME_fuzz CORPUS_FOLDER [RUNS]   or   NAME_fuzz FILE

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr int kDefaultRuns = 20'000;
constexpr std::size_t kMostBytes = 64 * 1024;

Bytes read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<Bytes> read_corpus(const std::filesystem::path& path) {
  std::vector<Bytes> corpus;
  if (std::filesystem::is_regular_file(path)) {
    corpus.push_back(read(path));
    return corpus;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    corpus.push_back(read(file));
  }
  return corpus;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<Bytes>& corpus) : corpus_(corpus) {}

  Bytes next() {
    Bytes bytes = corpus_[below(corpus_.size())];
    for (auto changes = 1 + below(6); changes > 0; --changes) {
      change(bytes);
    }
    if (bytes.size() > kMostBytes) {
      bytes.resize(kMostBytes);
    }
    return bytes;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  std::ptrdiff_t place(const Bytes& bytes) {
    return static_cast<std::ptrdiff_t>(below(bytes.size() + 1));
  }

  void change(Bytes& bytes) {
    static constexpr std::uint8_t kTelling[] = {0, 1, 0x7f, 0x80, 0xff, '\n', '0', '"', '\\', '{'};
    switch (below(7)) {
      case 0:
        if (!bytes.empty()) {
          bytes[below(bytes.size())] ^= static_cast<std::uint8_t>(1U << below(8));
        }
        return;
      case 1:
        bytes.insert(bytes.begin() + place(bytes), static_cast<std::uint8_t>(random_()));
        return;
      case 2:
        if (!bytes.empty()) {
          bytes[below(bytes.size())] = kTelling[below(std::size(kTelling))];
        }
        return;
      case 3:
        bytes.resize(below(bytes.size() + 1));
        return;
      case 4: {
        const auto from = place(bytes);
        const auto count = static_cast<std::ptrdiff_t>(
            below(static_cast<std::size_t>(std::ssize(bytes) - from) + 1));
        bytes.erase(bytes.begin() + from, bytes.begin() + from + count);
        return;
      }
      case 5: {
        const Bytes& other = corpus_[below(corpus_.size())];
        const auto from = place(other);
        bytes.insert(bytes.begin() + place(bytes), other.begin() + from, other.end());
        return;
      }
      default: {
        const Bytes copy = bytes;
        bytes.insert(bytes.begin() + place(bytes), copy.begin(),
                     copy.begin() + static_cast<std::ptrdiff_t>(below(copy.size() + 1)));
        return;
      }
    }
  }

  const std::vector<Bytes>& corpus_;
  std::mt19937 random_{20261123};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER|FILE [RUNS]\n", argv[0]);
    return 2;
  }
  const std::vector<Bytes> corpus = read_corpus(argv[1]);
  if (corpus.empty()) {
    std::fprintf(stderr, "%s holds no inputs\n", argv[1]);
    return 1;
  }
  for (const Bytes& input : corpus) {
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  const bool one_file = std::filesystem::is_regular_file(argv[1]);
  const int runs = one_file ? 0 : argc > 2 ? std::atoi(argv[2]) : kDefaultRuns;
  Mutator mutator(corpus);
  for (int run = 0; run < runs; ++run) {
    const Bytes input = mutator.next();
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu inputs and %d mutations\n", corpus.size(), runs);
  return 0;
}
