package io.techops.broadcast.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a server reports about itself on a new connection.
 *
 * @param warnings warnings for an operator
 */
record Greeting(List<String> warnings) {

    /**
     * {@return the greeting of a usable server}
     *
     * @throws IllegalStateException if the server is too old, or not a master
     */
    static Greeting checked(List<Object> answer) {
        String server = RecordFormat.text(answer.get(0));
        String version = value(server, "redis_version");
        Matcher numbers = Pattern.compile("(\\d+)\\.(\\d+).*").matcher(version == null ? "" : version);
        if (!numbers.matches()
                || Integer.parseInt(numbers.group(1)) * 1_000 + Integer.parseInt(numbers.group(2)) < 6_002) {
            throw new IllegalStateException("Redis 6.2 or newer is needed, or Valkey: this is " + version);
        }
        if (!"master".equals(value(RecordFormat.text(answer.get(1)), "role"))) {
            throw new IllegalStateException("READONLY it is a replica (uri has to name a master, or the Sentinels)");
        }
        String memory = RecordFormat.text(answer.get(2));
        String policy = value(memory, "maxmemory_policy");
        List<String> warnings = new ArrayList<>();
        if (policy != null && !policy.equals("noeviction") && !"0".equals(value(memory, "maxmemory"))) {
            warnings.add("maxmemory-policy is " + policy + ", which may evict logs; each time a new epoch begins"
                    + " (set it to noeviction)");
        }
        return new Greeting(List.copyOf(warnings));
    }

    /** {@return the server's time in the answer, in milliseconds} */
    static long time(List<Object> answer) {
        List<?> time = (List<?>) answer.get(3);
        return Long.parseLong(RecordFormat.text(time.get(0))) * 1_000
                + Long.parseLong(RecordFormat.text(time.get(1))) / 1_000;
    }

    private static @Nullable String value(String info, String name) {
        return info.lines().filter(line -> line.startsWith(name + ":")).findFirst()
                .map(line -> line.substring(name.length() + 1).strip()).orElse(null);
    }
}
