"""What a peer's script says to --help and to arguments that it does not understand, before its library is loaded."""
import sys


def check_arguments(doc, least, numbers):
    """Ends the process with 0 for help, with 2 where there are fewer than `least` arguments or one in the places `numbers` is none."""
    given = sys.argv[1:]
    if "-h" in given or "--help" in given:
        print(doc.strip())
        sys.exit(0)
    usage = next(line for line in doc.splitlines() if line.startswith("usage: "))
    if len(given) < least:
        refuse(f"{len(given)} of at least {least} arguments were given", usage)
    for place in numbers[: len(given)]:
        try:
            float(given[place])
        except ValueError:
            refuse(f'"{given[place]}" is no number', usage)


def refuse(problem, usage):
    print(f"{problem} ({usage})", file=sys.stderr)
    sys.exit(2)
