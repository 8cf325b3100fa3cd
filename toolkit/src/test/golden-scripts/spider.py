"""Writes ../resources/golden/spider/: a database, and what Spider's official evaluation says of query pairs.

Takes the folder of a checkout of github.com/taoyds/spider, commit b7b5b8c890cd30e35427348bb9eb8c6d1350ca7c,
with evaluation.py and process_sql.py.
"""

import json
import random
import sqlite3
import sys
from pathlib import Path

import nltk
from nltk.tokenize import NLTKWordTokenizer
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer
from punkt.data import english

TARGET = Path(__file__).parent / "../resources/golden/spider"

TABLES = {
    "Singer": [("Singer_ID", "number"), ("Name", "text"), ("Country", "text"), ("Age", "number")],
    "Concert": [("Concert_ID", "number"), ("Title", "text"), ("Stadium_ID", "number"), ("Year", "number")],
    "Stadium": [("Stadium_ID", "number"), ("Name", "text"), ("Capacity", "number")],
    "Singer_in_Concert": [("Concert_ID", "number"), ("Singer_ID", "number"), ("Fee", "number")],
}
PRIMARY = [("Singer", "Singer_ID"), ("Concert", "Concert_ID"), ("Stadium", "Stadium_ID")]
FOREIGN = [
    ("Concert", "Stadium_ID", "Stadium", "Stadium_ID"),
    ("Singer_in_Concert", "Singer_ID", "Singer", "Singer_ID"),
    ("Singer_in_Concert", "Concert_ID", "Concert", "Concert_ID"),
]
# By hand: every clause, and what the official evaluation treats in its own way.
QUERIES = """select count(*) from singer
SELECT name , country FROM Singer WHERE age > 30
select name, country from singer where age > 20
select country , name from singer where age > 30
select distinct country from singer
select country from singer
select max(age) , min(age) from singer
select max(age), avg(age) from singer where country = 'france'
select name from singer order by age desc limit 1
select name from singer order by age desc limit 3
select name from singer order by age
select name from singer order by age asc
select name from singer order by age desc, name asc
select country, count(*) from singer group by country
select country, count(*) from singer group by country having count(*) > 1
select country, count(*) from singer group by country having count(*) > 1 and avg(age) > 20
select country, count(*) from singer group by country having count(*) >= 1 or not avg(age) > 20
select country , count( * ) from singer group by singer.country order by count(*) desc limit 1
select t1.name from singer as t1 join singer_in_concert as t2 on t1.singer_id = t2.singer_id
select t2.singer_id from singer as t1 join singer_in_concert as t2 on t1.singer_id = t2.singer_id
select t1.singer_id from singer as t1 join singer_in_concert as t2 on t1.singer_id = t2.singer_id
select a.singer_id from singer_in_concert as b join singer as a on a.singer_id = b.singer_id
select t1.name , t3.title from singer as t1 join singer_in_concert as t2 on t1.singer_id = t2.singer_id join concert as t3 on t2.concert_id = t3.concert_id where t3.year = 2014
select t1.name from stadium as t1 join concert as t2 on t1.stadium_id = t2.stadium_id group by t1.stadium_id
select t1.name from stadium as t1 join concert as t2 on t1.stadium_id = t2.stadium_id group by t2.stadium_id
select name from singer where singer_id not in (select singer_id from singer_in_concert)
select name from singer where singer_id in (select singer_id from singer_in_concert where fee > 100)
select name from singer where singer_id in (select distinct singer_id from singer_in_concert where fee > 100)
select name from singer where age > (select avg(age) from singer)
select name from singer where age = (select max(age) from singer)
select name from singer where name like '%an%'
select name from singer where name like '%an%' or country like 'f%'
select name from singer where name not like '%an%' and age between 20 and 40
select name from singer where age between 20 and 40
select name from singer where age between 20 and 40 or not country = 'x'
select country from singer where age > 40 intersect select country from singer where age < 30
select country from singer where age < 30 intersect select country from singer where age > 40
select country from singer except select country from singer where age > 40
select country from singer union select name from stadium
select country from singer where age > 40 union select country from singer where age < 30;
select name from stadium where capacity > 100 and capacity < 9000
select name from stadium where capacity < 9000 and capacity > 100
select name from stadium where capacity < 9000 or capacity > 100
select capacity + 1 from stadium
select capacity - stadium_id from stadium
select capacity - stadium_id , name from stadium order by capacity - stadium_id
select avg(capacity - stadium_id) from stadium
select sum(capacity) , avg(capacity), max(capacity) from stadium
select count(distinct country) from singer
select count(country) from singer
select * from singer
select * from stadium where name = "big hall"
select t.* from singer as t
select count(*) from (select country from singer where age > 20)
select count(*) from (select country from singer where age > 30)
select count(*) from (select country from singer where age > 20.0)
select name from singer where age > 20 and country = 'france' and name != 'bo'
select name from singer where age >= 20 and country != "france"
select name from singer where country is null
select name from singer where country is not null
select name from singer where age != 20
select name from singer where age<20
select name from singer where age =20
select name from singer where country='france'
select name from singer where not age > 20
select name from singer limit 2
select name from singer group by country, age
select name as n from singer
select name from singer, stadium
select name from nowhere
select nothing from singer
select from singer
select name from singer where
select name singer
select name from singer as t1 where t1.age > 20
select t1.name from singer as t1
select stadium.name from stadium
select max(capacity) - min(capacity) from stadium
select name from singer where age > 20 limit x
select name from singer where name = 'it''s'
select name from singer where name = 'unclosed
select name from singer; drop table singer
select name from singer ;
select name from singer where age in (20, 30)
select country from singer group by country order by count(*) desc
select country from singer group by country order by count(*) asc
select country from singer group by country having avg(age) > 20 order by avg(age) desc limit 3
select title from concert where stadium_id = (select stadium_id from stadium order by capacity desc limit 1)
select title from concert where stadium_id = (select stadium_id from stadium order by capacity desc limit 2)
select title from concert where year = 2014 or year = 2015
select title from concert where year = 2014 and year = 2015 or year = 2016
select name from singer where age * 2 > 30
select name from singer where age > age
select name from singer where singer.age > 30
(select name from singer)
select (name) from singer
select (count(*)) from singer
select count (*) from singer
select none(name) from singer
update singer set age = 1
pragma table_info(singer)
hello world
select name from singer where age > 30 country = 'france'
select name from singer join concert
select name from singer left join concert on singer.singer_id = concert.concert_id
select name from singer where exists (select * from concert)
select cast(age as text) from singer
select case when age > 3 then 1 else 2 end from singer
select name from singer order by
select name from singer group by
select age from singer where age > 1e1
select age from singer where age > -5
select fee from singer_in_concert where fee > .5
select concert.concert_id from concert join singer_in_concert on concert.concert_id = singer_in_concert.concert_id
select singer_in_concert.concert_id from concert join singer_in_concert on concert.concert_id = singer_in_concert.concert_id
select min(t1.age), t2.title from singer as t1 join concert as t2 group by t2.title order by t2.title limit 5""".split(
    "\n"
)


def database(file):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    rng = random.Random(3)
    connection = sqlite3.connect(file)
    for table, columns in TABLES.items():
        types = {"number": "int", "text": "text"}
        body = ", ".join(f"{name} {types[kind]}" for name, kind in columns)
        connection.execute(f"create table {table} ({body})")
    names = ["Ana", "Bo", "Dan", "Evan", "Ida", "jan", "it's", "Łucja", "Ana"]
    countries = ["france", "France", "Denmark", "x", None]
    for i, name in enumerate(names):
        row = (i + 1, name, rng.choice(countries), rng.choice([18, 25, 30, 41, 55, 30.5]))
        connection.execute("insert into Singer values (?, ?, ?, ?)", row)
    for i in range(4):
        row = (i + 1, ["Big Hall", "big hall", "Arena", "Park"][i], [50, 800, 9000, 800][i])
        connection.execute("insert into Stadium values (?, ?, ?)", row)
    for i in range(7):
        row = (i + 1, f"Night {i % 4}", rng.randrange(1, 5), rng.choice([2014, 2015, 2016]))
        connection.execute("insert into Concert values (?, ?, ?, ?)", row)
        for singer in rng.sample(range(1, 10), 3):
            row = (i + 1, singer, rng.choice([50, 150, 0.25]))
            connection.execute("insert into Singer_in_Concert values (?, ?, ?)", row)
    connection.commit()
    connection.close()


def tables_json():
    columns = [[-1, "*"]]
    types = ["text"]
    for number, table in enumerate(TABLES):
        for name, kind in TABLES[table]:
            columns.append([number, name])
            types.append(kind)
    names = list(TABLES)

    def index(table, column):
        return columns.index([names.index(table), column])

    return [
        {
            "db_id": "music",
            "table_names_original": names,
            "table_names": [name.lower().replace("_", " ") for name in names],
            "column_names_original": columns,
            "column_names": [[t, c.lower().replace("_", " ")] for t, c in columns],
            "column_types": types,
            "primary_keys": [index(*key) for key in PRIMARY],
            "foreign_keys": [[index(t, c), index(u, d)] for t, c, u, d in FOREIGN],
        }
    ]


def words():
    parameters = PunktParameters()
    parameters.abbrev_types = set(english.ABBREV_TYPES)
    parameters.sent_starters = set(english.SENT_STARTERS)
    parameters.collocations = set(english.COLLOCATIONS)
    parameters.ortho_context.update(english.ORTHO_CONTEXT)
    sentences = PunktSentenceTokenizer(parameters)
    tokens = NLTKWordTokenizer()
    return lambda given: [w for s in sentences.tokenize(given) for w in tokens.tokenize(s)]


def pairs(readable):
    rng = random.Random(5)
    chosen = [(gold, gold) for gold in readable]
    chosen += [(given, rng.choice(readable)) for given in QUERIES for _ in range(2)]
    for _ in range(150):
        gold = rng.choice(readable)
        parts = gold.split(" ")
        for _ in range(rng.randrange(1, 4)):
            change = rng.random()
            at = rng.randrange(len(parts))
            if change < 0.4:
                parts[at] = rng.choice(rng.choice(QUERIES).split(" "))
            elif change < 0.7:
                del parts[at]
            else:
                parts.insert(at, rng.choice(rng.choice(QUERIES).split(" ")))
            parts = parts or ["select"]
        chosen.append((" ".join(parts), gold))
    near = list(zip(readable, readable[1:])) + list(zip(readable[1:], readable))
    return chosen + near


def main():
    folder = Path(sys.argv[1]).absolute()
    nltk.word_tokenize = words()
    sys.path.insert(0, str(folder))
    import evaluation
    from process_sql import Schema, get_schema, get_sql

    file = TARGET / "database/music/music.sqlite"
    database(file)
    (TARGET / "tables.json").write_text(json.dumps(tables_json(), indent=1) + "\n")
    same = evaluation.build_foreign_key_map_from_json(TARGET / "tables.json")["music"]
    schema = Schema(get_schema(str(file)))
    empty = {
        "except": None,
        "from": {"conds": [], "table_units": []},
        "groupBy": [],
        "having": [],
        "intersect": None,
        "limit": None,
        "orderBy": [],
        "select": [False, []],
        "union": None,
        "where": [],
    }

    def read(text):
        try:
            return get_sql(schema, text)
        except Exception:
            return None

    def runs(text):
        try:
            sqlite3.connect(file).execute(text).fetchall()
            return True
        except Exception:
            return False

    def comparable(query):
        valid = evaluation.build_valid_col_units(query["from"]["table_units"], schema)
        return evaluation.rebuild_sql_col(valid, evaluation.rebuild_sql_val(query), same)

    evaluator = evaluation.Evaluator()
    readable = [query for query in QUERIES if read(query) and runs(query)]
    cases = []
    for given, gold in pairs(readable):
        case = {"text": given, "gold": gold, "hardness": evaluator.eval_hardness(read(gold))}
        # Where the official evaluation breaks off, neither counts.
        try:
            ours = comparable(read(given) or json.loads(json.dumps(empty)))
            expected = comparable(read(gold))
            case["execution"] = bool(
                evaluation.eval_exec_match(str(file), given, gold, ours, expected)
            )
        except Exception:
            case["execution"] = False
        try:
            ours = comparable(read(given) or json.loads(json.dumps(empty)))
            case["exact_match"] = bool(evaluator.eval_exact_match(ours, comparable(read(gold))))
        except Exception:
            case["exact_match"] = False
        cases.append(case)
    (TARGET / "verdicts.json").write_text(json.dumps(cases, indent=0) + "\n")


if __name__ == "__main__":
    main()
