package io.techops.broadcast;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Called by the engine before, or after, whatever needs memory, if it was loaded by {@link NoMemoryClassLoader}: throws
 * if there is to be none.
 */
public final class MemoryFaults {

    /** How often each place counts in one run; what is done a thousand times is not tried a thousand times. */
    private static final int VISITS = 3;
    private static final Map<Integer, Integer> VISITED = new HashMap<>();

    private static Thread thread = Thread.currentThread();
    private static boolean armed;
    private static int calls;
    private static int first;
    private static int left;
    private static List<String> where = List.of();

    private MemoryFaults() {
    }

    /**
     * From now on there is no memory for this thread, once.
     *
     * @param from at which place, counted from now
     * @param length at how many places in a row
     */
    static synchronized void arm(int from, int length) {
        thread = Thread.currentThread();
        VISITED.clear();
        calls = 0;
        first = from;
        left = length;
        where = List.of();
        armed = true;
    }

    /** There is memory again. {@return at how many places it was needed} */
    static synchronized int disarm() {
        armed = false;
        return calls;
    }

    /** {@return where there was none, for a report} */
    static synchronized String report() {
        return "no memory at place " + first + (where.isEmpty() ? ", which was not reached" : ":\n    at "
                + String.join("\n    at ", where));
    }

    /** Something needs memory. */
    public static void needed(int place) {
        if (armed && Thread.currentThread() == thread) {
            visit(place);
        }
    }

    private static synchronized void visit(int place) {
        boolean begun = left > 0 && first >= 0 && calls >= first;
        if (!begun && VISITED.merge(place, 1, Integer::sum) > VISITS) {
            return;
        }
        calls++;
        if (left > 0 && first >= 0 && calls >= first) {
            left--;
            if (where.isEmpty()) {
                where = Stream.of(new Throwable().getStackTrace()).skip(2).limit(12).map(String::valueOf).toList();
            }
            throw new OutOfMemoryError("on purpose");
        }
    }
}
