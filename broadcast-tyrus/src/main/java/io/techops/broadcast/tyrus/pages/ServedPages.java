package io.techops.broadcast.tyrus.pages;

import io.techops.broadcast.handshake.HandshakePolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The application's pages, and beside them two that they can use: {@code /broadcast.js}, the client from the jar of the
 * endpoint, with its types, and {@code /broadcast.json}, which says where the hub is, and perhaps how many peers it
 * has. A page of the application with the same name takes precedence.
 *
 * @param own the application's pages
 * @param hub returns the current text of {@code /broadcast.json}, once the server listens
 */
public record ServedPages(PageSource own, Supplier<String> hub) implements PageSource {

    private static final List<String> HUB = List.of("broadcast.json");
    private static final List<List<String>> CLIENT = List.of(List.of("broadcast.js"), List.of("broadcast.d.ts"));

    /** Where servlet containers and Spring Boot look for what a jar serves. */
    private static final PageSource LIBRARY =
            new ResourceSource(HandshakePolicy.class.getClassLoader(), "META-INF/resources");

    @Override
    public @Nullable OpenFile open(List<String> segments) throws IOException {
        OpenFile page = own.open(segments);
        if (page != null) {
            return page;
        }
        if (segments.equals(HUB)) {
            return OpenFile.made(hub.get().getBytes(StandardCharsets.UTF_8));
        }
        return CLIENT.contains(segments) ? LIBRARY.open(segments) : null;
    }
}
