# minpaas_embed_migrations(FOLDER OUTPUT): writes a C++ source that holds the numbered SQL files of FOLDER,
# so that the program needs none of them at run time. The numbers must be 1, 2, 3... without a gap.
function(minpaas_embed_migrations folder output)
  file(GLOB files CONFIGURE_DEPENDS "${folder}/*.sql")
  list(SORT files)
  set(entries "")
  set(expected 0)
  foreach(file IN LISTS files)
    get_filename_component(name "${file}" NAME)
    math(EXPR expected "${expected} + 1")
    if(NOT name MATCHES "^0*([1-9][0-9]*)_[a-z_]+\\.sql$")
      message(FATAL_ERROR "${file}: a migration is called NNNN_words.sql")
    endif()
    set(number "${CMAKE_MATCH_1}")
    if(NOT number EQUAL expected)
      message(FATAL_ERROR "${file}: the next migration has number ${expected}")
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    file(READ "${file}" sql)
    string(APPEND entries "    {${number}, \"${name}\", R\"embedded(${sql})embedded\"},\n")
  endforeach()
  set(content "// Made from the SQL files in core/state/migrations.
#include \"core/state/migrations.h\"

namespace minpaas::state {

std::span<const Migration> migrations() {
  static constexpr Migration kMigrations[] = {
${entries}  };
  return kMigrations;
}

}  // namespace minpaas::state
")
  # Written only when it differs, so that a new configure run rebuilds nothing.
  file(CONFIGURE OUTPUT "${output}" CONTENT "@content@" @ONLY)
endfunction()
