<?php
// Compares pairs of texts with wikidiff2 in one long-lived process, so that starting PHP is not counted.
// Asked on standard input: a line "inline|json CONTEXT OLD NEW" (the last two are lengths in bytes), then both texts.
// Answers: a line "MICROSECONDS LENGTH" (processor time of the comparison alone), then what it said.

function spent(): int
{
    $used = getrusage();
    return ($used["ru_utime.tv_sec"] + $used["ru_stime.tv_sec"]) * 1000000 + $used["ru_utime.tv_usec"] + $used["ru_stime.tv_usec"];
}

function take(int $length): string
{
    $text = $length ? stream_get_contents(STDIN, $length) : "";
    if (strlen($text) !== $length) {
        exit(1);
    }
    return $text;
}

while (($line = fgets(STDIN)) !== false) {
    [$form, $context, $before, $after] = explode(" ", trim($line));
    $old = take((int) $before);
    $new = take((int) $after);
    $start = spent();
    $said = $form === "json" ? wikidiff2_inline_json_diff($old, $new, (int) $context) : wikidiff2_inline_diff($old, $new, (int) $context);
    $took = spent() - $start;
    fwrite(STDOUT, $took . " " . strlen($said) . "\n" . $said);
    fflush(STDOUT);
}
