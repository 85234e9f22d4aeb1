package io.techops.broadcast.tyrus.hosting;

import io.techops.broadcast.spi.PathTemplate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The path of an endpoint: a URI template of level 1 (RFC 6570), as in Jakarta WebSocket, in which a variable stands
 * for a whole segment. Paths of requests are compared by the rules of {@link PathTemplate}: decoded once, and exactly.
 * Immutable.
 */
public final class EndpointPath implements Comparable<EndpointPath> {

    private final String text;
    private final Segment[] segments;

    /** A decoded segment, or the name of a variable. */
    private record Segment(String text, boolean isVariable) {
    }

    /**
     * Reads a template.
     *
     * @param template begins with a slash
     * @throws IllegalArgumentException if no path can match it, or it is not a template of level 1
     */
    public EndpointPath(String template) {
        text = template;
        if (!template.startsWith("/")) {
            throw new IllegalArgumentException("the path of an endpoint must begin with /: " + template);
        }
        String[] raw = template.substring(1).split("/", -1);
        segments = new Segment[raw.length];
        Set<String> names = new HashSet<>();
        for (int i = 0; i < raw.length; i++) {
            segments[i] = segment(raw[i], i == raw.length - 1);
            if (segments[i].isVariable() && !names.add(segments[i].text())) {
                throw wrong("has the variable " + raw[i] + " twice");
            }
        }
    }

    private Segment segment(String raw, boolean last) {
        if (raw.length() > 2 && raw.startsWith("{") && raw.endsWith("}")) {
            String name = raw.substring(1, raw.length() - 1);
            if (name.indexOf('{') < 0 && name.indexOf('}') < 0) {
                return new Segment(name, true);
            }
        }
        if (raw.indexOf('{') >= 0 || raw.indexOf('}') >= 0) {
            throw wrong("has braces that are not around a whole segment: " + raw);
        }
        boolean encoded = raw.chars().allMatch(c -> c < 128);
        String decoded = encoded ? PathTemplate.decode(raw) : raw;
        if (decoded == null || decoded.isEmpty() && !last || decoded.equals(".") || decoded.equals("..")
                || !PathTemplate.isPlain(decoded)) {
            throw wrong("has a segment that no request can match: \"" + raw + "\"");
        }
        return new Segment(decoded, false);
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("the path of an endpoint, " + text + ", " + what);
    }

    /**
     * {@return the variables of this template in a path, by their names; null if the path does not match}
     *
     * @param path its decoded segments
     */
    @Nullable Map<String, String> match(List<String> path) {
        if (path.size() != segments.length) {
            return null;
        }
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < segments.length; i++) {
            String asked = path.get(i);
            if (!segments[i].isVariable()) {
                if (!segments[i].text().equals(asked)) {
                    return null;
                }
            } else if (asked.isEmpty() || asked.equals(".") || asked.equals("..") || !PathTemplate.isPlain(asked)) {
                return null;
            } else {
                variables.put(segments[i].text(), asked);
            }
        }
        return variables;
    }

    /** {@return whether each path that {@code other} matches is matched by this one} */
    public boolean includes(EndpointPath other) {
        if (segments.length != other.segments.length) {
            return false;
        }
        for (int i = 0; i < segments.length; i++) {
            if (!segments[i].isVariable()
                    && (other.segments[i].isVariable() || !segments[i].text().equals(other.segments[i].text()))) {
                return false;
            }
            if (segments[i].isVariable() && !other.segments[i].isVariable() && other.segments[i].text().isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Orders fixed segments before variables, from the left: a request belongs to the first path that matches. */
    @Override
    public int compareTo(EndpointPath other) {
        for (int i = 0; i < Math.min(segments.length, other.segments.length); i++) {
            int order = Boolean.compare(segments[i].isVariable(), other.segments[i].isVariable());
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EndpointPath path && text.equals(path.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
