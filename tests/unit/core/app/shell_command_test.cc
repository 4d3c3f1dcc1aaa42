#include "core/app/shell_command.h"

#include <gtest/gtest.h>

namespace minpaas {
namespace {

struct Case {
  const char* command;
  const char* expected;
};

class BecomesTheProgram : public testing::TestWithParam<Case> {};

TEST_P(BecomesTheProgram, OfItsLastCommand) {
  EXPECT_EQ(exec_last_program(GetParam().command), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Commands, BecomesTheProgram,
    testing::Values(
        Case{"python app.py", "exec python app.py"}, Case{"  npm start", "  exec npm start"},
        Case{"gunicorn -b 0.0.0.0:$PORT app:app", "exec gunicorn -b 0.0.0.0:$PORT app:app"},
        Case{"httpd -p \"$PORT\" -h /app", "exec httpd -p \"$PORT\" -h /app"},
        Case{"A=1 B='x y' python app.py", "A=1 B='x y' exec python app.py"},
        Case{"cd src && ./migrate; python app.py", "cd src && ./migrate; exec python app.py"},
        Case{"./first || ./second", "./first || exec ./second"},
        Case{"sh -c 'a; b | c &'", "exec sh -c 'a; b | c &'"},
        Case{"echo \"it's; \\\"so\\\"\"", "exec echo \"it's; \\\"so\\\"\""},
        Case{"./app >log 2>&1", "exec ./app >log 2>&1"},
        Case{"./app ${PORT:-8000} x", "exec ./app ${PORT:-8000} x"},
        Case{"./a\\;b", "exec ./a\\;b"}));

class StaysAsItIs : public testing::TestWithParam<const char*> {};

TEST_P(StaysAsItIs, WhereExecWouldChangeItsMeaning) {
  EXPECT_EQ(exec_last_program(GetParam()), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Commands, StaysAsItIs,
                         testing::Values("", "   ", "A=1", "exec python app.py", "./a | ./b",
                                         "./a & ./b", "./a &", "(cd x; ./a)", "{ ./a; }",
                                         "./a\n./b", "cd src", "while true; do ./a; done",
                                         "if x; then y; fi", "./a ;", "./a $(./b)", "./a `./b`",
                                         "./a # || ./b", "./a 'open", "./a \"open", "./a \\",
                                         "case x in y) ./z;; esac", "./a ${PORT", "! ./a"));

}  // namespace
}  // namespace minpaas
