import {
  AppShell,
  Box,
  Burger,
  Group,
  type MantineColorScheme,
  Menu,
  Text,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconBell,
  IconBuildingWarehouse,
  IconCalendarClock,
  IconChevronDown,
  IconCompass,
  IconDeviceDesktop,
  IconFolders,
  IconGauge,
  IconKey,
  IconLogout,
  IconMoon,
  IconReport,
  IconSettings,
  IconSun,
  IconSwitchHorizontal,
  IconTicket,
  IconUser,
  IconUsers,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps, Outlet } from '@tanstack/react-router';
import type { ComponentType, ReactNode } from 'react';
import { $api } from '../api/client.ts';
import { Notice } from '../components/notice.tsx';
import { formatDateTime, timeZoneName } from '../lib/format.ts';
import { LiveEvents, useLiveState } from '../live/live-events.tsx';
import { useProjectOfPage } from '../session/project-of-page.ts';
import { healthQuery, useMe } from '../session/session.tsx';
import { useSignOut } from '../session/sign-out.ts';
import { strings } from '../strings.ts';
import { Brand } from './brand.tsx';

const words = strings.shell;

const LOOK_AGAIN_MS = 15_000;

/** What every signed-in page stands in. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  return (
    <LiveEvents>
      <a className="st-skip" href="#content">
        {words.skip}
      </a>
      <AppShell
        header={{ height: 56 }}
        navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !opened } }}
        padding={{ base: 'sm', sm: 'lg' }}
        transitionDuration={0}
      >
        <AppShell.Header className="st-shell-header">
          <Group h="100%" px="md" justify="space-between" wrap="nowrap">
            <Group gap="sm" wrap="nowrap">
              <Burger
                opened={opened}
                onClick={toggle}
                hiddenFrom="sm"
                size="sm"
                aria-expanded={opened}
                aria-label={opened ? words.closeNavigation : words.openNavigation}
              />
              <Link to="/" className="st-brand">
                <Brand />
                {strings.common.product}
              </Link>
            </Group>
            <Group gap="md" wrap="nowrap">
              <LiveMark />
              <AccountMenu />
            </Group>
          </Group>
        </AppShell.Header>
        {/* Closed on a phone it is away, not merely outside of the window, where the keyboard would still find it. */}
        <AppShell.Navbar
          p="sm"
          className="st-shell-nav"
          aria-label={words.navigation}
          onClick={close}
          {...(opened ? {} : { visibleFrom: 'sm' as const })}
        >
          <Navigation />
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1}>
          <RestoredNotice />
          <Outlet />
          <Text size="xs" c="dimmed" mt="xl" component="footer">
            {strings.common.timesIn(timeZoneName())}
          </Text>
        </AppShell.Main>
      </AppShell>
    </LiveEvents>
  );
}

/** Looks again while it waits: the command line ends it, which announces nothing to browsers. */
function RestoredNotice() {
  const { data } = useQuery({
    ...healthQuery,
    refetchInterval: (query) => (query.state.data?.restoredAt === undefined ? false : LOOK_AGAIN_MS),
  });
  if (data?.restoredAt === undefined) return null;
  return (
    <Box mb="md">
      <Notice tone="wait" title={words.restored}>
        {words.restoredText(formatDateTime(data.restoredAt))}
      </Notice>
    </Box>
  );
}

function Navigation() {
  const me = useMe();
  const projectId = useProjectOfPage();
  const project = useQuery({
    ...$api.queryOptions('get', '/api/projects/{id}', { params: { path: { id: projectId ?? 0 } } }),
    enabled: projectId !== undefined,
  });
  return (
    <>
      <NavLink to="/" icon={IconGauge} exact>
        {words.overview}
      </NavLink>
      <NavLink to="/projects" icon={IconFolders} exact>
        {words.projects}
      </NavLink>
      <NavLink to="/systems" icon={IconBuildingWarehouse}>
        {words.systems}
      </NavLink>
      <NavLink to="/licenses" icon={IconTicket}>
        {words.licenses}
      </NavLink>
      {me.scopes.includes('read') && (
        <NavLink to="/notifications" icon={IconBell}>
          {words.notifications}
        </NavLink>
      )}
      <NavLink to="/guide" icon={IconCompass}>
        {words.guide}
      </NavLink>
      {projectId !== undefined && (
        <>
          <div className="st-nav-title">{project.data?.name ?? words.project}</div>
          <NavLink to="/projects/$projectId/list" params={{ projectId }} icon={IconUsers}>
            {words.list}
          </NavLink>
          <NavLink to="/projects/$projectId/batches" params={{ projectId }} icon={IconCalendarClock}>
            {words.batches}
          </NavLink>
          <NavLink to="/projects/$projectId/mapping" params={{ projectId }} icon={IconSwitchHorizontal}>
            {words.mapping}
          </NavLink>
          <NavLink to="/projects/$projectId/settings" params={{ projectId }} icon={IconSettings}>
            {words.settings}
          </NavLink>
          <NavLink to="/projects/$projectId/reports" params={{ projectId }} icon={IconReport}>
            {words.reports}
          </NavLink>
        </>
      )}
    </>
  );
}

function NavLink({
  icon: Icon,
  children,
  exact,
  ...link
}: Pick<LinkProps, 'to' | 'params'> & {
  readonly icon: ComponentType<{ size?: number; stroke?: number }>;
  readonly children: ReactNode;
  readonly exact?: boolean;
}) {
  return (
    <Link
      {...(link as LinkProps)}
      activeOptions={{ exact: exact === true, includeSearch: false }}
      className="st-nav-link"
    >
      <Icon size={18} stroke={1.8} aria-hidden />
      {children}
    </Link>
  );
}

/** Says at any time whether the page moves by itself. */
function LiveMark() {
  const state = useLiveState();
  const text = state === 'live' ? words.live : state === 'connecting' ? words.connecting : words.lost;
  return (
    <Group gap={6} wrap="nowrap" role="status" title={state === 'lost' ? words.lostText : undefined}>
      <span className="st-live-dot" data-state={state} aria-hidden />
      <Text size="xs" c="dimmed" fw={500}>
        {text}
      </Text>
    </Group>
  );
}

function AccountMenu() {
  const me = useMe();
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const schemes = [
    ['light', words.themeLight, IconSun],
    ['dark', words.themeDark, IconMoon],
    ['auto', words.themeAuto, IconDeviceDesktop],
  ] as const;
  return (
    <Menu position="bottom-end" width={230} withinPortal={false}>
      <Menu.Target>
        <UnstyledButton className="st-nav-link" aria-label={`${words.account}: ${me.account.email}`}>
          <Text size="sm" fw={500} truncate maw={180} visibleFrom="xs" component="span">
            {me.account.email}
          </Text>
          <Box hiddenFrom="xs" component="span" lh={0}>
            <IconUser size={18} aria-hidden />
          </Box>
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.account.organization.name}</Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<IconKey size={16} aria-hidden />}>
          {words.account}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{words.theme}</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}>
          {schemes.map(([scheme, name, Icon]) => (
            <Menu.RadioItem key={scheme} value={scheme} closeMenuOnClick rightSection={<Icon size={16} aria-hidden />}>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void signOut()}>
          {words.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
