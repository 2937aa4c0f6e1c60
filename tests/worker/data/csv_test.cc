#include "worker/data/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace paceline {
namespace {

using ::testing::ElementsAre;

using Record = std::vector<std::string>;

absl::StatusOr<std::vector<Record>> Read(std::string_view bytes) {
  CsvReader reader(bytes);
  std::vector<Record> records;
  Record fields;
  while (true) {
    const auto more = reader.Next(fields);
    if (!more.ok()) return more.status();
    if (!*more) return records;
    records.push_back(fields);
  }
}

void ExpectDataLoss(std::string_view bytes, std::string_view message) {
  const absl::Status status = Read(bytes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(std::string(status.message()), message);
}

TEST(Csv, FieldsAreWhatIsBetweenCommas) {
  EXPECT_THAT(*Read("a,b,c\n1, 2 ,\n,,\n"),
              ElementsAre(Record{"a", "b", "c"}, Record{"1", " 2 ", ""}, Record{"", "", ""}));
}

TEST(Csv, LinesEndByLfOrCrLfAndTheLastPerhapsNotAtAll) {
  const std::vector<Record> expected = {{"a", "b"}, {"1", "2"}};
  for (const char* bytes : {"a,b\n1,2\n", "a,b\n1,2", "a,b\r\n1,2\r\n", "a,b\r\n1,2",
                            "\xEF\xBB\xBF"
                            "a,b\n1,2\n"}) {
    EXPECT_EQ(*Read(bytes), expected) << bytes;
  }
}

TEST(Csv, AFieldInQuotesHoldsCommasLineEndsAndDoubledQuotes) {
  EXPECT_THAT(*Read("\"a,b\",\"say \"\"hi\"\"\"\r\n\"1\n2\",\"\"\n"),
              ElementsAre(Record{"a,b", "say \"hi\""}, Record{"1\n2", ""}));
}

TEST(Csv, AnEmptyLineIsARecordOfOneEmptyField) {
  EXPECT_THAT(*Read("a\n\nb\n"), ElementsAre(Record{"a"}, Record{""}, Record{"b"}));
  EXPECT_TRUE(Read("")->empty());
}

TEST(Csv, ARecordIsKnownByTheLineThatItBeginsOn) {
  CsvReader reader("a\n\"1\n2\n3\"\nb\n");
  Record fields;
  for (const size_t line : {1u, 2u, 5u}) {
    ASSERT_TRUE(*reader.Next(fields));
    EXPECT_EQ(reader.line(), line);
  }
}

TEST(Csv, FaultsAreNamedByLineAndColumn) {
  ExpectDataLoss("a,b\n1,\"2\n3\n", "line 2, column 2: the quote is not closed");
  ExpectDataLoss("a,\"b\nc\"d\n",
                 "line 2, column 2: after the closing quote expected a comma or the end of the "
                 "line");
  ExpectDataLoss("a,b\n1\"2,3\n",
                 "line 2, column 1: a quote within a field; one with quotes must be in quotes "
                 "itself, and its quotes doubled");
  ExpectDataLoss("a,b\r1,2\r",
                 "line 1, column 2: a carriage return that ends no line; expected CR LF, LF, or "
                 "quotes around it");
}

TEST(Csv, WhatIsQuotedIsReadBack) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<Record> records(random() % 4 + 1);
    std::string bytes;
    for (Record& record : records) {
      record.resize(random() % 3 + 1);
      for (std::string& field : record) {
        std::string quoted;
        for (unsigned i = random() % 5; i-- > 0;) {
          const char c = "a,\"\n\r"[random() % 5];
          field += c;
          quoted += c == '"' ? "\"\"" : std::string(1, c);
        }
        bytes += "\"" + quoted + "\"" + (&field == &record.back() ? "\n" : ",");
      }
    }
    ASSERT_EQ(*Read(bytes), records) << bytes;
  }
}

}  // namespace
}  // namespace paceline
