package io.techops.broadcast.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/** A script that a server runs in one atomic step. Immutable. */
final class Script {

    static final Script APPEND = of("common.lua", "append.lua");
    static final Script READ = of("common.lua", "read.lua");
    static final Script CENSUS = of("census.lua");

    /** The first script on a connection: it returns what the server is, and fails if the user may not run scripts. */
    static final Script GREETING = new Script("""
            return {redis.call('INFO', 'server'), redis.call('INFO', 'replication'),
              redis.call('INFO', 'memory'), redis.call('TIME')}
            """);

    private final byte[] text;
    private final String digest;

    private Script(String text) {
        this.text = text.getBytes(StandardCharsets.UTF_8);
        try {
            digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(this.text));
        } catch (NoSuchAlgorithmException impossible) { // every Java platform has it
            throw new IllegalStateException(impossible);
        }
    }

    private static Script of(String... files) {
        StringBuilder text = new StringBuilder();
        for (String file : files) {
            try (InputStream in = Script.class.getResourceAsStream(file)) {
                text.append(new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Script(text.toString());
    }

    byte[] text() {
        return text;
    }

    /** {@return the SHA-1 of the text, by which the script is called once the server has cached it} */
    String digest() {
        return digest;
    }
}
