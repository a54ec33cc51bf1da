SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.deleted_tasks (
    user_id bigint NOT NULL,
    change bigint NOT NULL,
    task_id bigint NOT NULL,
    deleted_at text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.idempotency_keys (
    user_id bigint NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    fingerprint text NOT NULL COLLATE pg_catalog."C",
    status smallint NOT NULL,
    headers text NOT NULL,
    body text NOT NULL COLLATE pg_catalog."C",
    created_at text NOT NULL COLLATE pg_catalog."C",
    packed bytea
);
CREATE TABLE public.invitations (
    username text NOT NULL COLLATE pg_catalog."C",
    hash text NOT NULL COLLATE pg_catalog."C",
    expires_at text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.secrets (
    name text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.task_labels (
    user_id bigint NOT NULL,
    label text NOT NULL COLLATE pg_catalog."C",
    task_id bigint NOT NULL
);
CREATE TABLE public.task_words (
    user_id bigint NOT NULL,
    word text NOT NULL COLLATE pg_catalog."C",
    task_id bigint NOT NULL
);
CREATE TABLE public.tasks (
    user_id bigint CONSTRAINT tasks_user_id_not_null1 NOT NULL,
    id bigint CONSTRAINT tasks_id_not_null1 NOT NULL,
    title text CONSTRAINT tasks_title_not_null1 NOT NULL COLLATE pg_catalog."C",
    description text CONSTRAINT tasks_description_not_null1 NOT NULL COLLATE pg_catalog."C",
    done boolean CONSTRAINT tasks_done_not_null1 NOT NULL,
    due text COLLATE pg_catalog."C",
    priority smallint NOT NULL,
    labels text NOT NULL,
    created_at text NOT NULL COLLATE pg_catalog."C",
    updated_at text NOT NULL COLLATE pg_catalog."C",
    completed_at text COLLATE pg_catalog."C",
    change bigint NOT NULL,
    title_key text NOT NULL COLLATE pg_catalog."C",
    due_key text COLLATE pg_catalog."C",
    words text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.todo_api_revision (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.tokens (
    user_id bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    scope text NOT NULL COLLATE pg_catalog."C",
    hash text NOT NULL COLLATE pg_catalog."C",
    created_at text NOT NULL COLLATE pg_catalog."C",
    expires_at text COLLATE pg_catalog."C",
    last_used_at text COLLATE pg_catalog."C"
);
CREATE TABLE public.users (
    id bigint NOT NULL,
    username text NOT NULL COLLATE pg_catalog."C",
    email text COLLATE pg_catalog."C",
    password_hash text NOT NULL COLLATE pg_catalog."C",
    last_task_id bigint DEFAULT '0'::bigint NOT NULL,
    last_change bigint DEFAULT '0'::bigint NOT NULL,
    last_changed_at text COLLATE pg_catalog."C",
    forgotten_change bigint DEFAULT '0'::bigint NOT NULL,
    disabled_at text COLLATE pg_catalog."C",
    stored_tasks bigint DEFAULT '0'::bigint NOT NULL,
    stored_text bigint DEFAULT '0'::bigint NOT NULL,
    stored_keys bigint DEFAULT '0'::bigint NOT NULL,
    stored_answers bigint DEFAULT '0'::bigint NOT NULL,
    registered_at text COLLATE pg_catalog."C"
);
ALTER TABLE public.users ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.users_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
INSERT INTO public.deleted_tasks VALUES (1, 389159299365, 5, '2026-11-26T11:37:44.516646Z');
INSERT INTO public.deleted_tasks VALUES (2, 917423313601, 5, '2026-11-26T11:37:45.233307Z');
INSERT INTO public.secrets VALUES ('tokens', '0e67a5f7f277196522603e29606fba945131532ce1ac4d215f7852679b858cff');
INSERT INTO public.task_labels VALUES (1, 'reading', 2);
INSERT INTO public.task_labels VALUES (1, 'später', 2);
INSERT INTO public.task_labels VALUES (2, 'reading', 2);
INSERT INTO public.task_labels VALUES (2, 'später', 2);
INSERT INTO public.task_words VALUES (1, 'buy', 1);
INSERT INTO public.task_words VALUES (1, 'cheese', 1);
INSERT INTO public.task_words VALUES (1, 'fruit', 1);
INSERT INTO public.task_words VALUES (1, 'groceries', 1);
INSERT INTO public.task_words VALUES (1, 'milk', 1);
INSERT INTO public.task_words VALUES (1, 'pizza', 1);
INSERT INTO public.task_words VALUES (1, 'tylenol', 1);
INSERT INTO public.task_words VALUES (1, 'learn', 2);
INSERT INTO public.task_words VALUES (1, 'python', 2);
INSERT INTO public.task_words VALUES (1, 'éclair', 3);
INSERT INTO public.task_words VALUES (1, 'bank', 4);
INSERT INTO public.task_words VALUES (1, 'call', 4);
INSERT INTO public.task_words VALUES (1, 'the', 4);
INSERT INTO public.task_words VALUES (2, 'buy', 1);
INSERT INTO public.task_words VALUES (2, 'cheese', 1);
INSERT INTO public.task_words VALUES (2, 'fruit', 1);
INSERT INTO public.task_words VALUES (2, 'groceries', 1);
INSERT INTO public.task_words VALUES (2, 'milk', 1);
INSERT INTO public.task_words VALUES (2, 'pizza', 1);
INSERT INTO public.task_words VALUES (2, 'tylenol', 1);
INSERT INTO public.task_words VALUES (2, 'learn', 2);
INSERT INTO public.task_words VALUES (2, 'python', 2);
INSERT INTO public.task_words VALUES (2, 'éclair', 3);
INSERT INTO public.task_words VALUES (2, 'bank', 4);
INSERT INTO public.task_words VALUES (2, 'call', 4);
INSERT INTO public.task_words VALUES (2, 'the', 4);
INSERT INTO public.tasks VALUES (1, 2, 'Learn Python', '', false, NULL, 3, '["reading","später"]', '2026-11-26T11:37:44.498089Z', '2026-11-26T11:37:44.498089Z', NULL, 389159299361, 'learn python', NULL, ' learn python');
INSERT INTO public.tasks VALUES (1, 3, 'Éclair', '', false, '2026-12-24', 0, '[]', '2026-11-26T11:37:44.507228Z', '2026-11-26T11:37:44.507228Z', NULL, 389159299362, 'éclair', '2026-12-24T23:59:59.999999Z', ' éclair');
INSERT INTO public.tasks VALUES (1, 4, 'Call the bank', '', true, '2026-11-30T09:00:00Z', 0, '[]', '2026-11-26T11:37:44.510529Z', '2026-11-26T11:37:44.510529Z', '2026-11-26T11:37:44.510529Z', 389159299363, 'call the bank', '2026-11-30T09:00:00.000000Z', ' bank call the');
INSERT INTO public.tasks VALUES (1, 1, 'Buy groceries', 'Milk, Cheese, Pizza, Fruit, Tylenol', true, NULL, 0, '[]', '2026-11-26T11:37:44.462191Z', '2026-11-26T11:37:44.604978Z', '2026-11-26T11:37:44.604978Z', 389159299366, 'buy groceries', NULL, ' buy cheese fruit groceries milk pizza tylenol');
INSERT INTO public.tasks VALUES (2, 2, 'Learn Python', '', false, NULL, 3, '["reading","später"]', '2026-11-26T11:37:44.998151Z', '2026-11-26T11:37:44.998151Z', NULL, 917423313597, 'learn python', NULL, ' learn python');
INSERT INTO public.tasks VALUES (2, 3, 'Éclair', '', false, '2026-12-24', 0, '[]', '2026-11-26T11:37:45.057657Z', '2026-11-26T11:37:45.057657Z', NULL, 917423313598, 'éclair', '2026-12-24T23:59:59.999999Z', ' éclair');
INSERT INTO public.tasks VALUES (2, 4, 'Call the bank', '', true, '2026-11-30T09:00:00Z', 0, '[]', '2026-11-26T11:37:45.147583Z', '2026-11-26T11:37:45.147583Z', '2026-11-26T11:37:45.147583Z', 917423313599, 'call the bank', '2026-11-30T09:00:00.000000Z', ' bank call the');
INSERT INTO public.tasks VALUES (2, 1, 'Buy groceries', 'Milk, Cheese, Pizza, Fruit, Tylenol', true, NULL, 0, '[]', '2026-11-26T11:37:44.986068Z', '2026-11-26T11:37:45.422255Z', '2026-11-26T11:37:45.422255Z', 917423313602, 'buy groceries', NULL, ' buy cheese fruit groceries milk pizza tylenol');
INSERT INTO public.todo_api_revision VALUES ('0006');
INSERT INTO public.tokens VALUES (1, 1810026172833671, 'Phone', 'write', '283e5916998f3a1bf7998fd0c21a64ca22cceb90cdc6319ad9f1f84f03bf1684', '2026-11-26T11:37:44.627722Z', '2027-02-24T11:37:44.627722Z', NULL);
INSERT INTO public.tokens VALUES (2, 7778979582379148, 'Phone', 'write', '385322487542ecb9a81eae4bbe600dbb12491f0c14bdad517c8ac98546cf42e3', '2026-11-26T11:37:45.484081Z', '2027-02-24T11:37:45.484081Z', NULL);
INSERT INTO public.users OVERRIDING SYSTEM VALUE VALUES (1, 'miguel', NULL, '$argon2id$v=19$m=1024,t=1,p=1$DD3GOZI2YhNv57ygoNJzLA$Smgn/l4zs++vCZNZKHqh/QGm99TMt9ZbepXVMD3jpB0', 5, 389159299366, '2026-11-26T11:37:44.604978Z', 0, NULL, 4, 107, 0, 0, '2026-11-26T11:37:43.968221Z');
INSERT INTO public.users OVERRIDING SYSTEM VALUE VALUES (2, 'susan', NULL, '$argon2id$v=19$m=1024,t=1,p=1$B1X1oeGXSIc+CM9Cc888Dw$Q5GEQJivsDb8Zu98LYhNGQWFMEWsi//73sP2YoVrtJ4', 5, 917423313602, '2026-11-26T11:37:45.422255Z', 0, NULL, 4, 107, 0, 0, '2026-11-26T11:37:44.831684Z');
SELECT pg_catalog.setval('public.users_id_seq', 2, true);
ALTER TABLE ONLY public.deleted_tasks
    ADD CONSTRAINT deleted_tasks_pkey PRIMARY KEY (user_id, change);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key);
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (username);
ALTER TABLE ONLY public.secrets
    ADD CONSTRAINT secrets_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.task_labels
    ADD CONSTRAINT task_labels_pkey PRIMARY KEY (user_id, label, task_id);
ALTER TABLE ONLY public.task_words
    ADD CONSTRAINT task_words_pkey PRIMARY KEY (user_id, word, task_id);
ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (user_id, id);
ALTER TABLE ONLY public.todo_api_revision
    ADD CONSTRAINT todo_api_revision_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (user_id, id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_username_key UNIQUE (username);
CREATE INDEX idempotency_keys_created ON public.idempotency_keys USING btree (user_id, created_at);
CREATE INDEX idempotency_keys_eldest ON public.idempotency_keys USING btree (created_at);
CREATE UNIQUE INDEX tasks_change ON public.tasks USING btree (user_id, change);
CREATE INDEX tasks_created ON public.tasks USING btree (user_id, created_at, id);
CREATE INDEX tasks_done ON public.tasks USING btree (user_id, done, id);
CREATE INDEX tasks_due ON public.tasks USING btree (user_id, due_key, id);
CREATE INDEX tasks_priority ON public.tasks USING btree (user_id, priority, id);
CREATE INDEX tasks_title ON public.tasks USING btree (user_id, title_key, id);
CREATE INDEX tasks_updated ON public.tasks USING btree (user_id, updated_at, id);
CREATE UNIQUE INDEX tokens_hash ON public.tokens USING btree (hash);
CREATE UNIQUE INDEX tokens_id ON public.tokens USING btree (id);
CREATE INDEX users_registered_at ON public.users USING btree (registered_at);
ALTER TABLE ONLY public.deleted_tasks
    ADD CONSTRAINT deleted_tasks_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.task_labels
    ADD CONSTRAINT task_labels_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.task_words
    ADD CONSTRAINT task_words_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
