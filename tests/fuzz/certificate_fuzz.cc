#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/certs/certificate.h"
#include "hooks/routing/lego.h"

/// Certificates come from users and from authorities, reasons from authorities too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto certificate = minpaas::certs::parse_certificate(text);
  if (certificate) {
    const std::string& pem = certificate->pem.reveal();
    // An empty line would end the command that hands it to HAProxy.
    if (certificate->names.empty() || pem.find("\n\n") != std::string::npos ||
        !minpaas::certs::parse_certificate(pem)) {
      std::abort();
    }
    for (const std::string& name : certificate->names) {
      // It becomes a part of a file's name, and of a line.
      if (name.find_first_of("/ \n") != std::string::npos) {
        std::abort();
      }
    }
  }
  if (minpaas::hooks::reason_of_lego(text).find('\n') != std::string::npos) {
    std::abort();
  }
  return 0;
}
