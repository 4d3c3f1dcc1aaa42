# Debian 12 packages only; nothing is fetched at configure or build time.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBSSH REQUIRED IMPORTED_TARGET libssh>=0.10.6)
pkg_check_modules(LIBGIT2 REQUIRED IMPORTED_TARGET libgit2>=1.5.1)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3>=3.37)
pkg_check_modules(INIH REQUIRED IMPORTED_TARGET inih)
pkg_check_modules(LIBCURL REQUIRED IMPORTED_TARGET libcurl>=7.74)
pkg_check_modules(LIBARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(LIBSODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib>=0.11)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(OPENSSL_CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(OPENSSL REQUIRED IMPORTED_TARGET libssl libcrypto)
find_package(SQLiteCpp REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)

# libssh before 0.10.6-0+deb12u3 accepts tampered AES-GCM packets (CVE-2026-59847) and libgit2 before
# 1.5.1+ds-1+deb12u2 expands delta bombs (CVE-2026-53585). The upstream version number shows neither,
# so where dpkg knows the package its revision is checked.
function(minpaas_require_debian_revision package minimum)
  find_program(DPKG_QUERY dpkg-query)
  find_program(DPKG dpkg)
  if(NOT DPKG_QUERY OR NOT DPKG)
    return()
  endif()
  execute_process(COMMAND ${DPKG_QUERY} -W -f=\${Version} ${package}
    OUTPUT_VARIABLE installed ERROR_QUIET RESULT_VARIABLE missing)
  if(missing OR installed STREQUAL "")
    return()
  endif()
  execute_process(COMMAND ${DPKG} --compare-versions ${installed} ge ${minimum}
    RESULT_VARIABLE too_old)
  if(too_old)
    message(FATAL_ERROR "${package} ${installed} has known security holes; install ${minimum} or "
      "later (apt-get update && apt-get install ${package})")
  endif()
  message(STATUS "${package} ${installed} (at least ${minimum})")
endfunction()
minpaas_require_debian_revision(libssh-4 0.10.6-0+deb12u3)
minpaas_require_debian_revision(libgit2-1.5 1.5.1+ds-1+deb12u2)
