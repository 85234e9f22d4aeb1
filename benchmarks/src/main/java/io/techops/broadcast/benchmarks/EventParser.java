package io.techops.broadcast.benchmarks;

import java.io.IOException;

/** Takes an event stream apart, of messages of one line. */
final class EventParser implements Parser {

    private static final int DATA = "data: ".length();

    private final Found found;

    EventParser(Found found) {
        this.found = found;
    }

    @Override
    public int consume(byte[] in, int from, int length) throws IOException {
        int at = from;
        long now = System.nanoTime();
        while (at < length) {
            int end = at;
            if (in[at] == ':') { // a comment
                while (end < length && in[end] != '\n') {
                    end++;
                }
                if (end == length) {
                    break;
                }
                at = end + 1;
                continue;
            }
            while (end + 1 < length && (in[end] != '\n' || in[end + 1] != '\n')) {
                end++;
            }
            if (end + 1 >= length) {
                break;
            }
            event(in, at, end, now);
            at = end + 2;
        }
        return at;
    }

    private void event(byte[] in, int at, int end, long now) throws IOException {
        if (in[at] != 'i') {
            found.event(in, at, end - at);
            return;
        }
        int data = at;
        while (data < end && in[data] != '\n') {
            data++;
        }
        data += 1 + DATA;
        if (data > end || in[data - DATA] != 'd') {
            throw found.broken("an event without data: " + new String(in, at, end - at));
        }
        found.message(in, data, end - data, now);
    }
}
