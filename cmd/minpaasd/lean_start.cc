// What libgit2 sets up at its start for transports, of which `receive-pack DIR` uses none. With the
// archive of libgit2 the linker puts these in the place of the libraries' own (--wrap); for its
// shared library core/git/library.cc does the same.

struct mbedtls_x509_crt;

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes up the names.
extern "C" int __wrap_mbedtls_x509_crt_parse_file(mbedtls_x509_crt* /*chain*/,
                                                  const char* /*path*/) {
  constexpr int kNothingRead = -1;
  return kNothingRead;
}

extern "C" int __wrap_libssh2_init(int /*flags*/) {
  return 0;
}

// NOLINTEND(bugprone-reserved-identifier)
