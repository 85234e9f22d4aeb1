package io.techops.broadcast.stream;

import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.PathTemplate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Names and values are percent-decoded, as UTF-8; a plus sign is not decoded as a space. A parameter whose name cannot
 * be decoded is ignored, as all unknown ones are. A known parameter that is given twice is an error, even if both
 * values are the same. An empty last_event_id counts as none, as in the EventSource of browsers, whose last event ID is
 * empty at first.
 */

/** Reads from the query of a request where a client wants its stream to begin. Only static methods. */
public final class StreamQuery {

    /** The parameter with the position to resume after. */
    public static final String LAST_EVENT_ID = "last_event_id";

    /** The header of Server-Sent Events with the same meaning. */
    public static final String LAST_EVENT_ID_HEADER = "Last-Event-ID";

    /** The parameter with the messages to begin with. */
    public static final String REPLAY = "replay";

    /** The result for a client without any of these parameters. */
    public static final Result NOTHING = new Asked(Replay.none());

    private static final String LATEST = "latest";
    private static final String ONCE = " must be given once.";
    private static final Bad BAD_REPLAY = new Bad(REPLAY + " must be a number of messages, or " + LATEST + ".");
    /** More digits might not fit in a long. */
    private static final int MOST_DIGITS = 18;

    private StreamQuery() {
    }

    /** The result of reading a query. */
    public sealed interface Result permits Asked, Bad {
    }

    /**
     * What a client asks for, not bounded by any setting.
     *
     * @param replay has no position if the client cannot be told of gaps
     */
    public record Asked(Replay replay) implements Result {
    }

    /**
     * The query is invalid; over HTTP the answer is 400.
     *
     * @param sentence a sentence for the client that says what is wrong
     */
    public record Bad(String sentence) implements Result {
    }

    /**
     * {@return what a WebSocket client asks for, or an error}
     *
     * @param query the query as it was sent, without the question mark; null if there is none
     * @param numbered whether the client can be told of gaps; if not, {@value #LAST_EVENT_ID} is ignored
     */
    public static Result parse(@Nullable String query, boolean numbered) {
        return parse(query, numbered, null);
    }

    /**
     * {@return what a client asks for, or an error}
     *
     * @param query the query as it was sent, without the question mark; null if there is none
     * @param numbered whether the client can be told of gaps; if not, positions are ignored
     * @param header the header {@value #LAST_EVENT_ID_HEADER} of a client of Server-Sent Events, which takes precedence
     *     over the query; null if there is none
     */
    public static Result parse(@Nullable String query, boolean numbered, @Nullable String header) {
        List<String> replays = values(query, REPLAY);
        if (replays.size() > 1) {
            return new Bad(REPLAY + ONCE);
        }
        Replay beginning = replays.isEmpty() ? Replay.none() : replay(replays.get(0));
        if (beginning == null) {
            return BAD_REPLAY;
        }
        if (!numbered) {
            return new Asked(beginning);
        }
        if (header != null && !header.isEmpty()) {
            return after(LAST_EVENT_ID_HEADER, header, beginning);
        }
        List<String> positions = values(query, LAST_EVENT_ID);
        if (positions.size() > 1) {
            return new Bad(LAST_EVENT_ID + ONCE);
        }
        return positions.isEmpty() || positions.get(0).isEmpty() ? new Asked(beginning)
                : after(LAST_EVENT_ID, positions.get(0), beginning);
    }

    private static Result after(String name, String position, Replay otherwise) {
        try {
            return new Asked(Replay.after(Position.parse(position)).orElse(otherwise));
        } catch (IllegalArgumentException e) {
            return new Bad(name + " must be a position: an epoch of 1 to " + Position.MAX_EPOCH_LENGTH
                    + " of 0-9 and a-z, a hyphen, and a sequence from 0 to " + Position.MAX_SEQUENCE + ".");
        }
    }

    private static @Nullable Replay replay(String value) {
        if (value.equals(LATEST)) {
            return Replay.latest();
        }
        boolean number = !value.isEmpty() && value.length() <= MOST_DIGITS
                && value.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? Replay.last((int) Math.min(Long.parseLong(value), Integer.MAX_VALUE)) : null;
    }

    /** {@return the values of a parameter, decoded; a value that cannot be decoded is returned as it was sent} */
    private static List<String> values(@Nullable String query, String name) {
        List<String> values = new ArrayList<>();
        for (String pair : query == null ? new String[0] : query.split("&")) {
            int equals = pair.indexOf('=');
            if (name.equals(PathTemplate.decode(equals < 0 ? pair : pair.substring(0, equals)))) {
                String raw = equals < 0 ? "" : pair.substring(equals + 1);
                String decoded = PathTemplate.decode(raw);
                values.add(decoded == null ? raw : decoded);
            }
        }
        return values;
    }
}
