package io.techops.broadcast.tyrus.server;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the key and certificate for each client. Safe for use by any number of threads.
 */
public final class ServerKeyManager extends X509ExtendedKeyManager {

    // A key that is valid now is better than one that is not; of two valid keys, or two that are not valid, the one for
    // the name that the client sends (SNI, RFC 6066 section 3) is better. A client that sends no name, or one that no
    // valid key has, gets the key that it would get for the names of the first valid key.
    //
    // JSSE asks once for each type of key (RSA, EC, ...) that the client can use, in its own order, and takes the first
    // answer. So the answer for one type is none if a key of another type is better and the client can use it, too.

    private static final int VALID = 2;
    private static final int NAMED = 1;

    // JSSE asks for an alias, and then for the key of that alias. When the keys are replaced in between, the alias must
    // still mean the old key: so each replacement has its own aliases, and the keys before it are kept.

    private final Clock clock;
    private volatile Map<String, ServerKey> keys;
    private volatile Map<String, ServerKey> keysBefore = Map.of();
    private int replacements;

    /**
     * @param keys at least one, in the order of the key store
     */
    public ServerKeyManager(List<ServerKey> keys, Clock clock) {
        this.keys = named(keys, "");
        this.clock = clock;
    }

    private static Map<String, ServerKey> named(List<ServerKey> keys, String prefix) {
        Map<String, ServerKey> named = new LinkedHashMap<>();
        keys.forEach(key -> named.put(prefix + key.alias(), key));
        return named;
    }

    /**
     * Replaces the keys, for clients that connect from now on.
     *
     * @param others at least one, in the order of their file
     */
    public synchronized void replace(List<ServerKey> others) {
        replacements++;
        keysBefore = keys;
        keys = named(others, replacements + "/");
    }

    private @Nullable ServerKey key(String alias) {
        ServerKey key = keys.get(alias);
        return key == null ? keysBefore.get(alias) : key;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String type, Principal @Nullable [] issuers, SSLEngine engine) {
        return choose(type, engine.getHandshakeSession());
    }

    @Override
    public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return choose(type, socket instanceof SSLSocket tls ? tls.getHandshakeSession() : null);
    }

    private @Nullable String choose(String type, @Nullable SSLSession session) {
        if (!(session instanceof ExtendedSSLSession handshake)) {
            return choose(type, null, key -> true);
        }
        List<String> signatures = List.of(handshake.getPeerSupportedSignatureAlgorithms());
        boolean isNew = handshake.getProtocol().equals("TLSv1.3");
        return choose(type, requestedName(handshake), key -> key.isUsableWith(signatures, isNew));
    }

    private static @Nullable String requestedName(ExtendedSSLSession session) {
        for (SNIServerName name : session.getRequestedServerNames()) {
            if (name instanceof SNIHostName host) {
                return host.getAsciiName();
            }
        }
        return null;
    }

    /**
     * {@return the alias of the best key of a type, or null if there is none, or a better one of another type}
     *
     * @param name the host that the client names (SNI), or null if it names none
     * @param usable whether the client can use a key
     */
    public @Nullable String choose(String type, @Nullable String name, Predicate<ServerKey> usable) {
        Instant now = clock.instant();
        Map<String, ServerKey> all = keys;
        List<ServerKey> candidates = all.values().stream().filter(usable).toList();
        Predicate<ServerKey> named = named(name, candidates.stream().filter(key -> key.isValid(now)).toList());
        ServerKey answer = null;
        int best = -1;
        for (ServerKey key : candidates) {
            int rank = (key.isValid(now) ? VALID : 0) + (named.test(key) ? NAMED : 0);
            if (rank > best || rank == best && answer == null) {
                answer = key.isOf(type) ? key : null;
                best = rank;
            }
        }
        ServerKey chosen = answer;
        return all.entrySet().stream().filter(key -> key.getValue() == chosen).map(Map.Entry::getKey).findFirst()
                .orElse(null);
    }

    /** {@return the test whether a key has the right name} */
    private static Predicate<ServerKey> named(@Nullable String name, List<ServerKey> valid) {
        Predicate<ServerKey> asked = key -> name != null && key.isFor(name);
        return valid.isEmpty() || valid.stream().anyMatch(asked) ? asked : valid.get(0)::sharesNameWith;
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
        String[] aliases = keys.entrySet().stream().filter(key -> key.getValue().isOf(type)).map(Map.Entry::getKey)
                .toArray(String[]::new);
        return aliases.length == 0 ? null : aliases;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        ServerKey key = key(alias);
        return key == null ? null : key.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        ServerKey key = key(alias);
        return key == null ? null : key.key();
    }

    @Override
    public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
