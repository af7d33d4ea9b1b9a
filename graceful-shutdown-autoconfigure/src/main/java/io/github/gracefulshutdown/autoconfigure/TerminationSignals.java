package io.github.gracefulshutdown.autoconfigure;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of signals that end the JVM before it acts on them, which it does as before. The
 * JVM itself takes no notice of a second one.
 * <p>
 * A signal has one handler in all of the JVM. What is registered here for it is taken
 * away with the last listener, unless somebody else has registered another one since.
 * There is no API for signals but that of {@code jdk.unsupported}, which is used by name:
 * a JVM without it, or with {@code -Xrs}, tells of none.
 */
final class TerminationSignals {

	private static final Logger logger = LoggerFactory.getLogger(TerminationSignals.class);

	// What shells and JVMs add to the number of the signal that ended a process.
	private static final int SIGNALLED = 128;

	private static final Map<String, Handled> handled = new HashMap<>();

	private TerminationSignals() {
	}

	/**
	 * Adds a listener, which runs on a thread of the JVM.
	 * @param signal the name of the signal, such as {@code INT}
	 */
	static synchronized void addListener(String signal, Runnable listener) {
		handled.computeIfAbsent(signal, TerminationSignals::handle).told().add(listener);
	}

	static synchronized void removeListener(String signal, Runnable listener) {
		Handled current = handled.get(signal);
		if (current != null && current.told().remove(listener) && current.told().isEmpty()
				&& current.takenAway().getAsBoolean()) {
			handled.remove(signal);
		}
	}

	private static Handled handle(String name) {
		List<Runnable> told = new CopyOnWriteArrayList<>();
		try {
			Class<?> signalType = Class.forName("sun.misc.Signal");
			Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
			Method handle = handlerType.getMethod("handle", signalType);
			Method register = signalType.getMethod("handle", signalType, handlerType);
			CompletableFuture<Object> before = new CompletableFuture<>();
			Object handler = Proxy.newProxyInstance(TerminationSignals.class.getClassLoader(),
					new Class<?>[] { handlerType }, (proxy, method, arguments) -> {
						if (!method.equals(handle)) { // of Object
							return ofObject(proxy, method, arguments);
						}
						told.forEach(TerminationSignals::tell);
						pass(before.join(), handle, arguments[0]);
						return null;
					});
			Object signal = signalType.getConstructor(String.class).newInstance(name);
			before.complete(register.invoke(null, signal, handler));
			return new Handled(told, () -> takeAway(register, signal, handler, before.join()));
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			logger.debug("Cannot be told of signal {}", name, ex);
			return new Handled(told, () -> true);
		}
	}

	private static @Nullable Object ofObject(Object proxy, Method method, Object[] arguments) {
		return switch (method.getName()) {
			case "equals" -> proxy == arguments[0];
			case "hashCode" -> System.identityHashCode(proxy);
			default -> TerminationSignals.class.getName();
		};
	}

	/** Returns {@code false} if somebody relies on the handler. */
	private static boolean takeAway(Method register, Object signal, Object handler, Object before) {
		try {
			Object replaced = register.invoke(null, signal, before);
			if (replaced != handler) {
				register.invoke(null, signal, replaced);
				return false;
			}
			return true;
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			logger.debug("Cannot take away the handler of {}", signal, ex);
			return false;
		}
	}

	private static void tell(Runnable listener) {
		try {
			listener.run();
		}
		catch (RuntimeException | Error ex) { // whatever it is, the signal counts
			logger.warn("A listener for a signal failed; the shutdown goes on", ex);
		}
	}

	private static void pass(Object before, Method handle, Object signal) throws ReflectiveOperationException {
		try {
			handle.invoke(before, signal);
		}
		catch (InvocationTargetException ex) { // a handler that is not Java's cannot be
												// called
			int number = (int) signal.getClass().getMethod("getNumber").invoke(signal);
			System.exit(SIGNALLED + number);
		}
	}

	/**
	 * A signal that is handled here.
	 *
	 * @param told the listeners
	 * @param takenAway takes the handler away and returns whether that could be
	 */
	private record Handled(List<Runnable> told, BooleanSupplier takenAway) {
	}

}
