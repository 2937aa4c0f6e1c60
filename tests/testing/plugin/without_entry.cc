// A shared object that registers nothing.
extern "C" int paceline_test_without_entry() { return 1; }
